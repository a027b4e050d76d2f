"""`wtc pull`."""

from wtc.cli.declarations import Argument, Option
from wtc.cli.options import AsJson, DryRun, Quiet, require_one_of, with_target
from wtc.orchestrator.context.target import Target
from wtc.static_typing import Annotated

EXAMPLES = "Example: wtc pull --policy missing"


@with_target
def command(
    target: Target,
    services: Annotated[list[str] | None, Argument(metavar="[SERVICE]...")] = None,
    policy: Annotated[str, Option("--policy", metavar="missing|always", help="What to pull.")] = "",
    ignore_buildable: Annotated[bool, Option("--ignore-buildable", help="Skip services that are built.")] = False,
    ignore_pull_failures: Annotated[
        bool, Option("--ignore-pull-failures", help="Only warn if an image cannot be pulled.")
    ] = False,
    include_deps: Annotated[
        bool, Option("--include-deps", help="Also pull the images of the services' dependencies.")
    ] = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Pull the images of this worktree's services. Containers are not changed."""
    from wtc.cli.render.build import show_images
    from wtc.cli.reporting import choose_reporter, stop_on_signal
    from wtc.orchestrator.pull import PullRequest, pull

    request = PullRequest(
        services=tuple(services or ()),
        policy=require_one_of("--policy", policy, ("", "missing", "always")),
        ignore_buildable=ignore_buildable,
        ignore_failures=ignore_pull_failures,
        include_deps=include_deps,
        dry_run=dry_run,
    )
    with stop_on_signal() as stop, choose_reporter(quiet=quiet or dry_run) as report:
        result = pull(target, request, report, stop)
    show_images(result, as_json=as_json, dry_run=dry_run, nothing="" if quiet else "nothing to pull")
