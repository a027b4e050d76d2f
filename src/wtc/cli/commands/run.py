"""`wtc run`."""

import sys
from contextlib import ExitStack

from wtc.cli import container_options as options
from wtc.cli.declarations import Argument, Option
from wtc.cli.options import (
    Oversubscribe,
    Quiet,
    QuietBuild,
    QuietPull,
    RemoveOrphans,
    require_exclusive,
    require_one_of,
    with_target_by_worktree,
)
from wtc.orchestrator.context.target import Target
from wtc.static_typing import Annotated

EXAMPLES = "Example: wtc run --rm web sh -c 'npm test'"
CONTEXT = options.PASS_THROUGH


@with_target_by_worktree
def command(
    target: Target,
    service: options.Service,
    words: Annotated[list[str] | None, Argument(metavar="[COMMAND] [ARGS]...")] = None,
    rm: Annotated[bool, Option("--rm", help="Remove the container when the command ends.")] = False,
    detach: Annotated[
        bool, Option("--detach", "-d", help="Run in the background, and print the container's name.")
    ] = False,
    no_deps: Annotated[bool, Option("--no-deps", help="Do not start the service's dependencies.")] = False,
    build: Annotated[bool, Option("--build", help="Build the service's image even if it is up to date.")] = False,
    pull: Annotated[str, Option("--pull", metavar="always|missing|never", help="When to pull images.")] = "",
    no_tty: options.NoTty = False,
    interactive: options.Interactive = True,
    tty: options.Tty = False,
    env: options.Env = None,
    env_from_file: Annotated[
        list[str] | None,
        Option("--env-from-file", metavar="FILE", help="Set variables from an env file; repeatable."),
    ] = None,
    user: options.User = "",
    workdir: options.Workdir = "",
    entrypoint: Annotated[
        str | None, Option("--entrypoint", metavar="COMMAND", help="Replace the service's entrypoint.")
    ] = None,
    volume: Annotated[list[str] | None, Option("--volume", "-v", metavar="SOURCE:TARGET", help="Add a mount.")] = None,
    publish: Annotated[
        list[str] | None, Option("--publish", "-p", metavar="[HOST:]PORT", help="Publish a port.")
    ] = None,
    service_ports: Annotated[
        bool, Option("--service-ports", "-P", help="Publish the service's ports at its leased host ports.")
    ] = False,
    use_aliases: Annotated[
        bool, Option("--use-aliases", help="Use the service's network aliases for the container.")
    ] = False,
    label: Annotated[list[str] | None, Option("--label", "-l", metavar="NAME=VALUE", help="Add a label.")] = None,
    name: Annotated[str, Option("--name", metavar="NAME", help="Set the container's name.")] = "",
    cap_add: Annotated[list[str] | None, Option("--cap-add", metavar="NAME", help="Add a Linux capability.")] = None,
    cap_drop: Annotated[list[str] | None, Option("--cap-drop", metavar="NAME", help="Drop a Linux capability.")] = None,
    remove_orphans: RemoveOrphans = False,
    quiet_pull: QuietPull = False,
    quiet_build: QuietBuild = False,
    oversubscribe: Oversubscribe = False,
    quiet: Quiet = False,
) -> int:
    """Run a command in a new container of a service, and exit with its status.

    wtc starts the service's dependencies first. The container publishes no ports by default. It has a terminal if
    standard input and output are terminals; Ctrl-P Ctrl-Q detaches from it.
    """
    from wtc.cli.reporting import choose_reporter, stop_on_signal, without_image_progress
    from wtc.orchestrator.run import OneoffOptions, RunRequest, run
    from wtc.orchestrator.session import container_options as values

    require_exclusive({"--no-tty": no_tty, "--tty": tty})
    environment = target.environment
    oneoff = OneoffOptions(
        name=name,
        command=tuple(words) if words else None,
        entrypoint=None if entrypoint is None else values.split_command(entrypoint),
        environment={
            **values.read_variable_files(env_from_file or (), environment, cwd=target.cwd),
            **values.parse_variables(env or (), environment),
        },
        labels=values.parse_labels(label or ()),
        user=user,
        working_dir=workdir,
        mounts=values.parse_mounts(volume or (), cwd=target.cwd, home=environment.get("HOME", "")),
        ports=values.parse_ports(publish or ()),
        service_ports=service_ports,
        use_aliases=use_aliases,
        cap_add=tuple(cap_add or ()),
        cap_drop=tuple(cap_drop or ()),
        terminal=values.wants_terminal(no_tty=no_tty, detached=detach),
        interactive=interactive,
    )
    request = RunRequest(
        service=service,
        oneoff=oneoff,
        local=values.descriptors(interactive=interactive),
        remove=rm,
        detached=detach,
        no_deps=no_deps,
        build=build,
        pull=require_one_of("--pull", pull, ("", "always", "missing", "never")),
        remove_orphans=remove_orphans,
        oversubscribe=oversubscribe,
    )
    with stop_on_signal() as stop, ExitStack() as stack:
        quieter = without_image_progress(choose_reporter(quiet=quiet), pull=quiet_pull, build=quiet_build)
        report = stack.enter_context(quieter)
        # Once the command has started, the terminal belongs to it.
        result = run(target, request, report, stop, on_started=stack.close)
    if detach:
        sys.stdout.write(f"{result.container}\n")
    return result.status
