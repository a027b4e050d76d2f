"""`wtc up`."""

from collections.abc import Mapping

from wtc.cli import options as shared
from wtc.cli.declarations import Argument, Option
from wtc.cli.options import AsJson, DryRun, Oversubscribe, Quiet, require_exclusive, require_one_of, require_value
from wtc.errors import UsageError
from wtc.orchestrator.context.target import Target
from wtc.static_typing import TYPE_CHECKING, Annotated, Any

if TYPE_CHECKING:
    from wtc.cli.foreground import ForegroundOptions

EXAMPLES = "Example: wtc up --build web"


@shared.with_target
def command(
    target: Target,
    services: Annotated[list[str] | None, Argument(metavar="[SERVICE]...")] = None,
    recreate: shared.RecreateAll = False,
    no_recreate: shared.NoRecreate = False,
    always_recreate_deps: Annotated[
        bool, Option("--always-recreate-deps", help="With SERVICE: recreate its dependencies too.")
    ] = False,
    build: shared.Build = False,
    no_build: shared.NoBuild = False,
    foreground: Annotated[
        bool,
        Option("--foreground", help="Stay attached and print logs until a signal or until the services end."),
    ] = False,
    on_signal: Annotated[
        str,
        Option("--on-signal", metavar="leave|down", help="What a signal does to the stack in the foreground."),
    ] = "leave",
    abort_on_container_exit: Annotated[
        bool, Option("--abort-on-container-exit", help="Foreground: stop all containers when one exits.")
    ] = False,
    abort_on_container_failure: Annotated[
        bool, Option("--abort-on-container-failure", help="Foreground: stop all containers when one fails.")
    ] = False,
    exit_code_from: Annotated[
        str,
        Option(
            "--exit-code-from",
            metavar="SERVICE",
            help="Foreground: exit with this service's status; implies `--abort-on-container-exit`.",
        ),
    ] = "",
    attach: Annotated[
        list[str] | None, Option("--attach", metavar="SERVICE", help="Foreground: print only these services' logs.")
    ] = None,
    attach_dependencies: Annotated[
        bool, Option("--attach-dependencies", help="Foreground: also print the logs of dependencies.")
    ] = False,
    no_attach: Annotated[
        list[str] | None, Option("--no-attach", metavar="SERVICE", help="Foreground: do not print these logs.")
    ] = None,
    watch: Annotated[
        bool, Option("--watch", help="Foreground: keep the stack up to date with changed files, as `wtc watch` does.")
    ] = False,
    no_log_prefix: Annotated[bool, Option("--no-log-prefix", help="Foreground: no service names in the logs.")] = False,
    timestamps: Annotated[bool, Option("--timestamps", help="Foreground: print the time of each line.")] = False,
    no_color: Annotated[bool, Option("--no-color", help="Print without colours.")] = False,
    no_start: Annotated[bool, Option("--no-start", help="Create containers, but do not start them.")] = False,
    no_deps: Annotated[bool, Option("--no-deps", help="Do not start the services' dependencies.")] = False,
    pull: shared.Pull = "",
    quiet_pull: shared.QuietPull = False,
    quiet_build: shared.QuietBuild = False,
    scale: shared.Scale = None,
    renew_anon_volumes: Annotated[
        bool, Option("--renew-anon-volumes", "-V", help="Give recreated containers new anonymous volumes.")
    ] = False,
    remove_orphans: shared.RemoveOrphans = False,
    no_wait: Annotated[
        bool, Option("--no-wait", help="Return when the containers are started, healthy or not.")
    ] = False,
    wait_timeout: Annotated[
        float | None, Option("--wait-timeout", metavar="S", help="Timeout of each wait, in seconds.")
    ] = None,
    timeout: shared.Timeout = None,
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
    yes: shared.Yes = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> int:
    """Create and start this worktree's stack, and print its endpoints.

    wtc builds or pulls missing images, and creates networks, volumes and containers in dependency order. It recreates
    only containers whose configuration has changed. It waits until services with a healthcheck are healthy
    and the others keep running, and asks no questions: `-d`, `--wait` and `-y` are accepted and have no effect.

    Options about logs and exits imply `--foreground`, as in Docker Compose.
    """
    given = locals()
    if _is_plain(given):
        from wtc.cli.render.unchanged_up import show_unchanged_up

        if show_unchanged_up(target, as_json=as_json, quiet=quiet):
            return 0
    from wtc.cli.render.up import show_up
    from wtc.cli.reporting import choose_reporter, stop_on_signal, without_image_progress
    from wtc.cli.values.scales import parse_scales
    from wtc.model.up_options import Recreate, UpOptions
    from wtc.orchestrator.bring_up.up_request import UpRequest
    from wtc.orchestrator.session.adopt import Adoption
    from wtc.orchestrator.up import up

    del yes
    require_exclusive({"--quiet": quiet, "--events": bool(events)})
    require_exclusive({"--wait": wait, "--no-wait": no_wait})
    require_exclusive({"--always-recreate-deps": always_recreate_deps, "--no-recreate": no_recreate})
    if no_color:
        from wtc.cli.terminal.style import prefer_colours

        prefer_colours("never")
    in_foreground = _foreground_options(given)
    how = shared.choose_recreate(recreate=recreate, no_recreate=no_recreate)
    build, policy = shared.choose_images(build=build, no_build=no_build, pull=pull)
    adopted = require_value("--stack", stack)
    source = require_value("--data-from", data_from)
    if source == "compose:":
        raise UsageError(
            "`--data-from compose:` does not name a project",
            hints=["to copy from the project of this folder, run `wtc up --data-from compose`"],
        )
    if adopted and not adopt:
        raise UsageError(
            "`--stack` requires `--adopt`", hints=["to take a stack over, run `wtc up --adopt --stack NAMESPACE`"]
        )
    options = UpOptions(
        recreate=how,
        recreate_dependencies=Recreate.ALWAYS
        if always_recreate_deps
        else Recreate.NEVER
        if no_recreate
        else Recreate.DIVERGED,
        services=tuple(services or ()),
        build=build,
        no_build=no_build,
        no_start=no_start,
        no_deps=no_deps,
        pull=policy,
        renew_anonymous_volumes=renew_anon_volumes,
        remove_orphans=remove_orphans,
        # The end of a container is watched in the foreground: it is not an error of `up`.
        no_wait=no_wait or bool(in_foreground and in_foreground.aborts),
        wait_timeout_s=wait_timeout,
        stop_timeout_s=timeout,
    )
    request = UpRequest(
        services=tuple(services or ()),
        scales=parse_scales(scale or (), command="wtc up --scale"),
        watched=in_foreground.services if in_foreground else {},
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
    if in_foreground:
        from wtc.cli.foreground import up_in_foreground
        from wtc.cli.render.plain_reporter import PlainReporter

        report = choose_reporter(quiet=quiet, events=events)
        first, later = (
            without_image_progress(one, pull=quiet_pull, build=quiet_build)
            for one in (report, report if events else PlainReporter())
        )
        return up_in_foreground(target, request, in_foreground, first, later, silent=bool(events))
    report = choose_reporter(quiet=quiet or dry_run, events=events)
    with stop_on_signal() as stop, without_image_progress(report, pull=quiet_pull, build=quiet_build) as quieter:
        result = up(target, request, quieter, stop)
    show_up(result, as_json=as_json, dry_run=dry_run, silent=bool(events))
    return 0


def _foreground_options(given: Mapping[str, Any]) -> "ForegroundOptions | None":
    """Return how to stay attached; None if no option asks for it. `given` is parameter -> value.

    Raises:
        UsageError: options do not go together.
    """
    aborting = {
        "--abort-on-container-exit": given["abort_on_container_exit"],
        "--abort-on-container-failure": given["abort_on_container_failure"],
        "--exit-code-from": bool(given["exit_code_from"]),
        "--attach": bool(given["attach"]),
        "--attach-dependencies": given["attach_dependencies"],
        "--watch": given["watch"],
    }
    printing = {
        "--no-attach": bool(given["no_attach"]),
        "--no-log-prefix": given["no_log_prefix"],
        "--timestamps": given["timestamps"],
    }
    stops = require_one_of("--on-signal", given["on_signal"], ("leave", "down")) == "down"
    detached = given["detach"] or given["wait"]
    implying = {**aborting, **({} if detached else printing)}
    option = "--foreground" if given["foreground"] else next((name for name, value in implying.items() if value), "")
    if not option:
        if stops:
            raise UsageError("`--on-signal` requires `--foreground`", hints=["to stop the stack, run `wtc down`"])
        return None
    if given["dry_run"]:
        return None  # nothing starts, so that there are no logs to print
    excluded = {"--json": "as_json", "--no-start": "no_start"}
    for other, name in {**excluded, "--detach": "detach", "--wait": "wait"}.items():
        require_exclusive({option: True, other: given[name]})
    require_exclusive({name: aborting[name] for name in ("--abort-on-container-exit", "--abort-on-container-failure")})
    from wtc.cli.foreground import ForegroundOptions, choose_on_exit

    return ForegroundOptions(
        stops=stops,
        on_exit=choose_on_exit(
            failure=given["abort_on_container_failure"],
            any_exit=given["abort_on_container_exit"] or bool(given["exit_code_from"]),
        ),
        exit_code_from=given["exit_code_from"],
        attach=tuple(given["attach"] or ()),
        no_attach=tuple(given["no_attach"] or ()),
        attach_dependencies=given["attach_dependencies"],
        prefixed=not given["no_log_prefix"],
        timestamps=given["timestamps"],
        watches=given["watch"],
    )


def _is_plain(options: Mapping[str, object]) -> bool:
    """Return whether no option is given that changes what `up` does, only how it is printed."""
    defaults = {"on_signal": "leave", "ports": "leased"}
    printing = {"target", "detach", "yes", "as_json", "quiet"}
    return all(not value or defaults.get(name) == value for name, value in options.items() if name not in printing)
