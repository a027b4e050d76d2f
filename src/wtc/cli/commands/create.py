"""`wtc create`."""

from typing import Annotated

from wtc.cli.declarations import Argument, Option
from wtc.cli.options import DryRun, Quiet, require_exclusive, require_one_of, with_target
from wtc.orchestrator.context.target import Target

EXAMPLES = "Example: wtc create --build web"


@with_target
def command(
    target: Target,
    services: Annotated[list[str] | None, Argument(metavar="[SERVICE]...")] = None,
    recreate: Annotated[bool, Option("--recreate", "--force-recreate", help="Recreate all containers.")] = False,
    no_recreate: Annotated[bool, Option("--no-recreate", help="Do not recreate existing containers.")] = False,
    build: Annotated[bool, Option("--build", help="Build images even if they are up to date.")] = False,
    no_build: Annotated[bool, Option("--no-build", help="Do not build images.")] = False,
    pull: Annotated[str, Option("--pull", metavar="always|missing|never|build", help="When to pull images.")] = "",
    scale: Annotated[list[str] | None, Option("--scale", metavar="SERVICE=N", help="Number of replicas.")] = None,
    remove_orphans: Annotated[
        bool, Option("--remove-orphans", help="Remove containers of services that the file no longer has.")
    ] = False,
    quiet_pull: Annotated[bool, Option("--quiet-pull", help="Print only warnings and errors.")] = False,
    yes: Annotated[bool, Option("--yes", "-y", hidden=True)] = False,
    dry_run: DryRun = False,
    quiet: Quiet = False,
) -> None:
    """Create this worktree's containers, networks and volumes without starting them, as `wtc up --no-start` does."""
    from wtc.cli.render.up import show_up
    from wtc.cli.reporting import choose_reporter, stop_on_signal
    from wtc.cli.values.scales import parse_scales
    from wtc.model.up_options import Recreate, UpOptions
    from wtc.orchestrator.up import UpRequest, up

    del yes  # nothing is asked
    require_exclusive({"--recreate": recreate, "--no-recreate": no_recreate})
    require_exclusive({"--build": build, "--no-build": no_build})
    policy = require_one_of("--pull", pull, ("", "always", "missing", "never", "build"))
    request = UpRequest(
        services=tuple(services or ()),
        scales=parse_scales(scale or (), command="wtc create --scale"),
        options=UpOptions(
            recreate=Recreate.ALWAYS if recreate else Recreate.NEVER if no_recreate else Recreate.DIVERGED,
            build=build or policy == "build",
            no_build=no_build,
            no_start=True,
            pull="" if policy == "build" else policy,
            remove_orphans=remove_orphans,
        ),
        dry_run=dry_run,
    )
    with stop_on_signal() as stop, choose_reporter(quiet=quiet or quiet_pull or dry_run) as report:
        result = up(target, request, report, stop)
    show_up(result, as_json=False, dry_run=dry_run)
