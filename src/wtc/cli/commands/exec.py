"""`wtc exec`."""

import sys
from typing import Annotated

import typer

from wtc.cli.options import targeted_by_worktree
from wtc.errors import UsageError
from wtc.orchestrator.target import Target

EXAMPLES = "Example: wtc exec -u root web sh -c 'ls /tmp | wc -l'"
# What follows the service is the command's own.
CONTEXT = {"allow_interspersed_args": False}


@targeted_by_worktree
def command(
    target: Target,
    service: Annotated[str, typer.Argument(metavar="SERVICE", show_default=False)],
    words: Annotated[list[str], typer.Argument(metavar="COMMAND [ARGS]...", show_default=False)],
    no_tty: Annotated[
        bool, typer.Option("--no-tty", "--no-TTY", "-T", help="Give the command no terminal, even if there is one.")
    ] = False,
    interactive: Annotated[
        bool, typer.Option("--interactive/--no-interactive", "-i", help="Hand standard input on.")
    ] = True,
    tty: Annotated[bool, typer.Option("--tty", "-t", hidden=True)] = False,
    env: Annotated[
        list[str] | None,
        typer.Option("--env", "-e", metavar="NAME[=VALUE]", help="A variable, your own where it has no value."),
    ] = None,
    user: Annotated[str, typer.Option("--user", "-u", metavar="USER", help="Run it as this user.")] = "",
    workdir: Annotated[str, typer.Option("--workdir", "-w", metavar="PATH", help="Run it in this folder.")] = "",
    index: Annotated[int, typer.Option("--index", metavar="N", help="Which replica.", min=0, show_default=False)] = 0,
    detach: Annotated[bool, typer.Option("--detach", "-d", help="Leave it to itself.")] = False,
    privileged: Annotated[bool, typer.Option("--privileged", help="Give it all privileges.")] = False,
) -> int:
    """Run a command in a container of this worktree's stack. Its exit status is wtc's.

    It has a terminal where standard input and output are one; Ctrl-P Ctrl-Q leaves it to itself.
    """
    from wtc.cli.container_options import descriptors, has_terminal, variables
    from wtc.cli.render.plain import PlainReporter
    from wtc.engine.exec_calls import ExecRequest
    from wtc.orchestrator.exec import Place, execute_in

    if no_tty and tty:
        raise UsageError("`--no-tty` and `--tty` do not go together")
    request = ExecRequest(
        command=tuple(words),
        environment=variables(env or (), target.environment),
        user=user,
        working_dir=workdir,
        privileged=privileged,
        terminal=has_terminal(no_tty=no_tty, detached=detach),
        detached=detach,
    )
    sys.stdout.flush()
    place = Place(service=service, number=index)
    return execute_in(target, place, request, descriptors(interactive=interactive), PlainReporter())
