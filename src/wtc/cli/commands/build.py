"""`wtc build`."""

import os

from wtc.cli.declarations import Argument, Option
from wtc.cli.options import AsJson, DryRun, Quiet, with_target
from wtc.errors import UsageError
from wtc.orchestrator.context.target import Target
from wtc.static_typing import Annotated

EXAMPLES = "Example: wtc build --build-arg VERSION=2 web"


@with_target
def command(
    target: Target,
    services: Annotated[list[str] | None, Argument(metavar="[SERVICE]...")] = None,
    build_arg: Annotated[
        list[str] | None,
        Option("--build-arg", metavar="NAME[=VALUE]", help="Set a build argument; repeatable."),
    ] = None,
    no_cache: Annotated[bool, Option("--no-cache", help="Build every step without the cache.")] = False,
    pull: Annotated[bool, Option("--pull", help="Pull newer versions of the base images.")] = False,
    with_dependencies: Annotated[
        bool, Option("--with-dependencies", help="Also build the services' dependencies.")
    ] = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Build this worktree's images even if they are up to date. Containers are not changed."""
    from wtc.cli.render.build import show_images
    from wtc.cli.reporting import choose_reporter, stop_on_signal
    from wtc.orchestrator.build import BuildRequest, build

    request = BuildRequest(
        services=tuple(services or ()),
        args=_arguments(build_arg or []),
        no_cache=no_cache,
        pull=pull,
        with_dependencies=with_dependencies,
        dry_run=dry_run,
    )
    with stop_on_signal() as stop, choose_reporter(quiet=quiet or dry_run) as report:
        result = build(target, request, report, stop)
    show_images(result, as_json=as_json, dry_run=dry_run, nothing="" if quiet else "nothing to build")


def _arguments(texts: list[str]) -> dict[str, str]:
    """Return name -> value. A name alone takes its value from the environment, and is dropped if it is unset there."""
    found: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not name:
            raise UsageError(f"`--build-arg` is `{text}`", hints=["to set one, run `wtc build --build-arg NAME=VALUE`"])
        if equals:
            found[name] = value
        elif name in os.environ:
            found[name] = os.environ[name]
    return found
