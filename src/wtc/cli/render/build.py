"""Print the results of `build` and `pull`."""

from wtc.cli.render.up import changes_document, show_plans
from wtc.cli.terminal.output import narrate, print_json
from wtc.orchestrator.session.image_plan import ImagesResult


def show_images(result: ImagesResult, *, as_json: bool, dry_run: bool, nothing: str) -> None:
    """Print the plan as JSON or for a dry run. `nothing` is the message if the plan is empty."""
    if as_json:
        print_json(changes_document(result.namespace, [result.plan], dry_run=dry_run))
    elif dry_run:
        show_plans((result.plan,))
    elif not result.plan and nothing:
        narrate(nothing)
