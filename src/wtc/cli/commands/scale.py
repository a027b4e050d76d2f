"""`wtc scale`."""

from wtc.cli.declarations import Argument, Option
from wtc.cli.options import AsJson, DryRun, Oversubscribe, Quiet, with_target
from wtc.orchestrator.context.target import Target
from wtc.static_typing import Annotated

EXAMPLES = "Example: wtc scale web=3"


@with_target
def command(
    target: Target,
    scales: Annotated[list[str], Argument(metavar="SERVICE=N...", show_default=False)],
    no_deps: Annotated[bool, Option("--no-deps", help="Do not start the services' dependencies.")] = False,
    oversubscribe: Oversubscribe = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Create, start or remove containers until each SERVICE has N replicas. The next `wtc up` restores the file's."""
    from wtc.cli.render.up import show_up
    from wtc.cli.reporting import choose_reporter, stop_on_signal
    from wtc.cli.values.scales import parse_scales
    from wtc.model.up_options import UpOptions
    from wtc.orchestrator.bring_up.up_request import UpRequest
    from wtc.orchestrator.up import up

    numbers = parse_scales(scales, command="wtc scale")
    request = UpRequest(
        services=tuple(numbers),
        scales=numbers,
        options=UpOptions(no_deps=no_deps),
        oversubscribe=oversubscribe,
        dry_run=dry_run,
    )
    with stop_on_signal() as stop, choose_reporter(quiet=quiet or dry_run) as report:
        result = up(target, request, report, stop)
    show_up(result, as_json=as_json, dry_run=dry_run)
