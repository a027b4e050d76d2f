"""`wtc create`."""

from wtc.cli import options as shared
from wtc.cli.declarations import Argument
from wtc.cli.options import AsJson, DryRun, Quiet
from wtc.orchestrator.context.target import Target
from wtc.static_typing import Annotated

EXAMPLES = "Example: wtc create --build web"


@shared.with_target
def command(
    target: Target,
    services: Annotated[list[str] | None, Argument(metavar="[SERVICE]...")] = None,
    recreate: shared.RecreateAll = False,
    no_recreate: shared.NoRecreate = False,
    build: shared.Build = False,
    no_build: shared.NoBuild = False,
    pull: shared.Pull = "",
    quiet_pull: shared.QuietPull = False,
    scale: shared.Scale = None,
    remove_orphans: shared.RemoveOrphans = False,
    yes: shared.Yes = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Create this worktree's containers, networks and volumes without starting them, as `wtc up --no-start` does."""
    from wtc.cli.render.up import show_up
    from wtc.cli.reporting import choose_reporter, stop_on_signal, without_image_progress
    from wtc.cli.values.scales import parse_scales
    from wtc.model.up_options import Recreate, UpOptions
    from wtc.orchestrator.bring_up.up_request import UpRequest
    from wtc.orchestrator.up import up

    del yes  # nothing is asked
    build, policy = shared.choose_images(build=build, no_build=no_build, pull=pull)
    options = UpOptions(
        recreate=shared.choose_recreate(recreate=recreate, no_recreate=no_recreate),
        recreate_dependencies=Recreate.NEVER if no_recreate else Recreate.DIVERGED,
        services=tuple(services or ()),
        build=build,
        no_build=no_build,
        no_start=True,
        pull=policy,
        remove_orphans=remove_orphans,
    )
    scales = parse_scales(scale or (), command="wtc create --scale")
    request = UpRequest(services=tuple(services or ()), scales=scales, options=options, dry_run=dry_run)
    report = choose_reporter(quiet=quiet or dry_run)
    with stop_on_signal() as stop, without_image_progress(report, pull=quiet_pull, build=False) as quieter:
        result = up(target, request, quieter, stop)
    show_up(result, as_json=as_json, dry_run=dry_run)
