"""Run `start`, `stop`, `restart`, `kill`, `pause` and `unpause`, and print their results."""

from wtc.orchestrator.context.target import Target
from wtc.orchestrator.lifecycle import LifecycleRequest


def run_lifecycle(target: Target, request: LifecycleRequest, *, as_json: bool, quiet: bool) -> None:
    """Run the request and narrate it. Print the result as JSON, or the plan of a dry run."""
    from wtc.cli.render.up import changes_document, show_plans
    from wtc.cli.reporting import choose_reporter, stop_on_signal
    from wtc.cli.terminal.output import narrate, print_json
    from wtc.orchestrator.lifecycle import change_lifecycle

    with stop_on_signal() as stop, choose_reporter(quiet=quiet or request.dry_run) as report:
        result = change_lifecycle(target, request, report, stop)
    if as_json:
        print_json(changes_document(result.namespace, [result.plan], dry_run=request.dry_run))
    elif request.dry_run:
        show_plans((result.plan,))
    elif not result.plan and not quiet:
        name = result.namespace.name
        narrate(f"`{name}` has no containers" if result.absent else f"nothing to {request.verb}")
