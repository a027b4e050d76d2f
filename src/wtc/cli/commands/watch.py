"""`wtc watch`."""

import sys

from wtc.cli.declarations import Argument, Option
from wtc.cli.options import with_target
from wtc.orchestrator.context.target import Target
from wtc.static_typing import Annotated

EXAMPLES = "Example: wtc watch web"


@with_target
def command(
    target: Target,
    services: Annotated[list[str] | None, Argument(metavar="[SERVICE]...")] = None,
    no_up: Annotated[bool, Option("--no-up", help="Do not build and start the services first.")] = False,
    prune: Annotated[bool, Option("--prune", hidden=True, help="Remove images that a rebuild replaced.")] = False,
    quiet: Annotated[bool, Option("--quiet", "-q", help="Do not print the output of builds and pulls.")] = False,
) -> int:
    """Keep this worktree's stack up to date with changed files, as `develop.watch` says, until a signal.

    Changed files are sent to the containers (`sync`), or rebuild the image (`rebuild`), restart the service (`restart`)
    or run a command in it (`sync+exec`). It needs the extra `watch`. Images that a rebuild replaced are removed, so
    `--prune` has no effect. The stack keeps running at the end.
    """
    from wtc.cli.foreground import stop_or_detach
    from wtc.cli.render.errors import show_error
    from wtc.cli.render.plain_reporter import PlainReporter
    from wtc.cli.render.up import show_up
    from wtc.cli.reporting import choose_reporter, stop_on_signal, without_image_progress
    from wtc.errors import InterruptedByUserError
    from wtc.model.up_options import Recreate, UpOptions
    from wtc.orchestrator.bring_up.up_request import UpRequest
    from wtc.orchestrator.up import up
    from wtc.orchestrator.watch import open_watch

    del prune
    named = tuple(services or ())
    # As in Docker Compose: neither recreate what is only needed by the services, nor wait until they are healthy.
    options = UpOptions(services=named, recreate_dependencies=Recreate.NEVER, no_wait=True)
    request = UpRequest(services=named, options=options)
    watching = False
    try:
        with stop_on_signal() as stop, open_watch(target, request, PlainReporter()) as watch:
            if not no_up:
                with without_image_progress(choose_reporter(quiet=False), pull=quiet, build=quiet) as report:
                    result = up(target, request, report, stop)
                show_up(result, as_json=False, dry_run=False)
                sys.stdout.flush()
            watching = True
            with without_image_progress(PlainReporter(), pull=quiet, build=quiet) as report:
                watch.run(report, show_error, stop)
    except InterruptedByUserError:
        if not watching:
            raise
    return stop_or_detach(None)
