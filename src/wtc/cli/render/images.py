"""What `build` and `pull` came to."""

from wtc.cli.output import print_json, say
from wtc.cli.render.up import changes, show_plans
from wtc.orchestrator.images import ImagesResult


def show(result: ImagesResult, *, as_json: bool, dry_run: bool, nothing: str) -> None:
    """The plan, for machines and with a dry run; `nothing` is what is said where there was nothing to do."""
    if as_json:
        print_json(changes(result.namespace, [result.plan], dry_run=dry_run))
    elif dry_run:
        show_plans((result.plan,))
    elif not result.plan and nothing:
        say(nothing)
