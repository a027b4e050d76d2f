"""`wtc up`."""

from collections.abc import Mapping
from typing import Annotated

from wtc.cli.declarations import Argument, Option
from wtc.cli.options import (
    AsJson,
    DryRun,
    Oversubscribe,
    Quiet,
    require_exclusive,
    require_one_of,
    require_value,
    with_target,
)
from wtc.errors import UsageError
from wtc.orchestrator.context.target import Target

EXAMPLES = "Example: wtc up --build web"


@with_target
def command(
    target: Target,
    services: Annotated[list[str] | None, Argument(metavar="[SERVICE]...")] = None,
    recreate: Annotated[bool, Option("--recreate", "--force-recreate", help="Recreate all containers.")] = False,
    no_recreate: Annotated[bool, Option("--no-recreate", help="Do not recreate existing containers.")] = False,
    build: Annotated[bool, Option("--build", "--rebuild", help="Build images even if they are up to date.")] = False,
    no_build: Annotated[bool, Option("--no-build", help="Do not build images.")] = False,
    foreground: Annotated[
        bool,
        Option("--foreground", help="Stay attached and print logs until a signal or until all services end."),
    ] = False,
    on_signal: Annotated[
        str,
        Option("--on-signal", metavar="leave|down", help="What a signal does to the stack in the foreground."),
    ] = "leave",
    no_start: Annotated[bool, Option("--no-start", help="Create containers, but do not start them.")] = False,
    no_deps: Annotated[bool, Option("--no-deps", help="Do not start the services' dependencies.")] = False,
    pull: Annotated[str, Option("--pull", metavar="always|missing|never", help="When to pull images.")] = "",
    scale: Annotated[list[str] | None, Option("--scale", metavar="SERVICE=N", help="Number of replicas.")] = None,
    renew_anon_volumes: Annotated[
        bool, Option("--renew-anon-volumes", "-V", help="Give recreated containers new anonymous volumes.")
    ] = False,
    remove_orphans: Annotated[
        bool, Option("--remove-orphans", help="Remove containers of services that the file no longer has.")
    ] = False,
    no_wait: Annotated[
        bool, Option("--no-wait", help="Return when the containers are started, healthy or not.")
    ] = False,
    wait_timeout: Annotated[
        float | None, Option("--wait-timeout", metavar="S", help="Timeout of each wait, in seconds.")
    ] = None,
    timeout: Annotated[
        int | None,
        Option("--timeout", "-t", metavar="SECONDS", help="Timeout to stop a container, in seconds."),
    ] = None,
    strict: Annotated[
        bool,
        Option(
            "--strict",
            help="Fail if the file uses an attribute that wtc does not support, or lets worktrees share something.",
        ),
    ] = False,
    mem_limit: Annotated[
        str | None,
        Option("--mem-limit", metavar="SIZE", help="Limit services without a memory limit, for example `512m`."),
    ] = None,
    oversubscribe: Oversubscribe = False,
    ports: Annotated[
        str, Option("--ports", metavar="leased|fixed", help="`fixed`: publish the host ports of the file.")
    ] = "leased",
    adopt: Annotated[
        bool, Option("--adopt", help="Take over the stack of a former worktree at this path, with its volumes.")
    ] = False,
    stack: Annotated[
        str | None, Option("--stack", metavar="NAMESPACE", help="The stack that `--adopt` takes over.")
    ] = None,
    data_from: Annotated[
        str | None,
        Option(
            "--data-from",
            metavar="WORKTREE|main|compose[:PROJECT]",
            help="Fill volumes that do not exist yet with a copy of another stack's data. The services that write to "
            "them are stopped for the copy.",
        ),
    ] = None,
    events: Annotated[
        str, Option("--events", metavar="FORMAT", help="`json`: each event on standard error as a line of JSON.")
    ] = "",
    detach: Annotated[bool, Option("--detach", "-d", hidden=True)] = False,
    wait: Annotated[bool, Option("--wait", hidden=True)] = False,
    yes: Annotated[bool, Option("--yes", "-y", hidden=True)] = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> int:
    """Create and start this worktree's stack, and print its endpoints.

    wtc builds or pulls missing images, and creates networks, volumes and containers in dependency order. It recreates
    only containers whose configuration has changed. It waits until services with a healthcheck are healthy
    and the others keep running, and asks no questions: `-d`, `--wait` and `-y` are accepted and have no effect.
    """
    if _is_plain(locals()):
        from wtc.cli.render.unchanged_up import show_unchanged_up

        if show_unchanged_up(target, as_json=as_json, quiet=quiet):
            return 0
    from wtc.cli.render.up import show_up
    from wtc.cli.reporting import choose_reporter, stop_on_signal
    from wtc.cli.values.scales import parse_scales
    from wtc.model.up_options import Recreate, UpOptions
    from wtc.orchestrator.kept.unchanged_up import WarningsSeen
    from wtc.orchestrator.session.adopt import Adoption
    from wtc.orchestrator.up import UpRequest, up

    require_exclusive({"--recreate": recreate, "--no-recreate": no_recreate})
    require_exclusive({"--quiet": quiet, "--events": bool(events)})
    del yes
    for option, given in {
        "--json": as_json,
        "--dry-run": dry_run,
        "--no-start": no_start,
        "--detach": detach,
        "--wait": wait,
    }.items():
        require_exclusive({"--foreground": foreground, option: given})
    require_exclusive({"--build": build, "--no-build": no_build})
    require_exclusive({"--wait": wait, "--no-wait": no_wait})
    adopted = require_value("--stack", stack)
    source = require_value("--data-from", data_from)
    if source == "compose:":
        raise UsageError(
            "`--data-from compose:` does not name a project",
            hints=["to copy from the project of this folder, run `wtc up --data-from compose`"],
        )
    if adopted and not adopt:
        raise UsageError(
            "`--stack` goes with `--adopt`", hints=["to take a stack over, run `wtc up --adopt --stack NAMESPACE`"]
        )
    how = Recreate.ALWAYS if recreate else Recreate.NEVER if no_recreate else Recreate.DIVERGED
    options = UpOptions(
        recreate=how,
        build=build,
        no_build=no_build,
        no_start=no_start,
        no_deps=no_deps,
        pull=require_one_of("--pull", pull, ("", "always", "missing", "never")),
        renew_anonymous_volumes=renew_anon_volumes,
        remove_orphans=remove_orphans,
        no_wait=no_wait,
        wait_timeout_s=wait_timeout,
        stop_timeout_s=timeout,
    )
    request = UpRequest(
        services=tuple(services or ()),
        scales=parse_scales(scale or (), command="wtc up --scale"),
        options=options,
        adoption=Adoption(wanted=adopt, name=adopted),
        data_from=source,
        fixed_ports=require_one_of("--ports", ports, ("leased", "fixed")) == "fixed",
        mem_limit=require_value("--mem-limit", mem_limit),
        oversubscribe=oversubscribe,
        strict=strict,
        dry_run=dry_run,
    )
    require_one_of("--events", events, ("", "json"))
    stops = require_one_of("--on-signal", on_signal, ("leave", "down")) == "down"
    if stops and not foreground:
        raise UsageError("`--on-signal` goes with `--foreground`", hints=["to stop the stack, run `wtc down`"])
    if foreground:
        from wtc.cli.foreground import up_in_foreground

        return up_in_foreground(target, request, stops=stops, quiet=quiet, events=events)
    with stop_on_signal() as stop, choose_reporter(quiet=quiet or dry_run, events=events) as report:
        seen = WarningsSeen(report)
        result = up(target, request, seen, stop)
    show_up(result, warnings=seen.warnings, as_json=as_json, dry_run=dry_run, silent=bool(events))
    return 0


def _is_plain(options: Mapping[str, object]) -> bool:
    """Return whether no option is given that changes what `up` does, only how it is printed."""
    defaults = {"on_signal": "leave", "ports": "leased"}
    printing = {"target", "detach", "yes", "as_json", "quiet"}
    return all(not value or defaults.get(name) == value for name, value in options.items() if name not in printing)
