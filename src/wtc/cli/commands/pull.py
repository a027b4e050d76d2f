"""`wtc pull`."""

from typing import Annotated

import typer

from wtc.cli.options import AsJson, DryRun, Quiet, one_of, targeted
from wtc.orchestrator.target import Target

EXAMPLES = "Example: wtc pull --policy missing"


@targeted
def command(
    target: Target,
    services: Annotated[list[str] | None, typer.Argument(metavar="[SERVICE]...")] = None,
    policy: Annotated[str, typer.Option("--policy", metavar="missing|always", help="What to pull.")] = "",
    ignore_buildable: Annotated[
        bool, typer.Option("--ignore-buildable", help="Say nothing of services that are built.")
    ] = False,
    ignore_pull_failures: Annotated[
        bool, typer.Option("--ignore-pull-failures", help="Go on where an image cannot be pulled, and only warn.")
    ] = False,
    include_deps: Annotated[bool, typer.Option("--include-deps", help="Also what the services depend on.")] = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Pull the images of this worktree's services. No container is touched."""
    from wtc.cli.render.images import show
    from wtc.cli.reporting import reporter, stoppable
    from wtc.orchestrator.images import PullRequest, pull

    request = PullRequest(
        services=tuple(services or ()),
        policy=one_of("--policy", policy, ("", "missing", "always")),
        ignore_buildable=ignore_buildable,
        ignore_failures=ignore_pull_failures,
        include_deps=include_deps,
        dry_run=dry_run,
    )
    with stoppable() as stop, reporter(quiet=quiet or dry_run) as report:
        result = pull(target, request, report, stop)
    show(result, as_json=as_json, dry_run=dry_run, nothing="" if quiet else "nothing to pull")
