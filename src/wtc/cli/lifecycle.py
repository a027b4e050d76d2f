"""What `start`, `stop`, `restart`, `kill`, `pause` and `unpause` have in common: carrying out, and telling of it."""

from wtc.orchestrator.lifecycle import LifecycleRequest
from wtc.orchestrator.target import Target


def carry_out(target: Target, request: LifecycleRequest, *, as_json: bool, quiet: bool) -> None:
    """Does it, narrated; the answer is for machines, and with a dry run the plan."""
    from wtc.cli.output import print_json, say
    from wtc.cli.render.up import changes, show_plans
    from wtc.cli.reporting import reporter, stoppable
    from wtc.orchestrator.lifecycle import change

    with stoppable() as stop, reporter(quiet=quiet or request.dry_run) as report:
        result = change(target, request, report, stop)
    if as_json:
        print_json(changes(result.namespace, [result.plan], dry_run=request.dry_run))
    elif request.dry_run:
        show_plans((result.plan,))
    elif not result.plan and not quiet:
        name = result.namespace.name
        say(f"nothing of `{name}` is there" if result.absent else f"nothing to {request.verb}")
