"""The options that `exec` and `run` share."""

from typing import Annotated

import typer

Service = Annotated[str, typer.Argument(metavar="SERVICE", show_default=False)]
NoTty = Annotated[
    bool, typer.Option("--no-tty", "--no-TTY", "-T", help="Give the command no terminal, even if there is one.")
]
Tty = Annotated[bool, typer.Option("--tty", "-t", hidden=True)]
Interactive = Annotated[bool, typer.Option("--interactive/--no-interactive", "-i", help="Hand standard input on.")]
Env = Annotated[
    list[str] | None,
    typer.Option("--env", "-e", metavar="NAME[=VALUE]", help="A variable, your own where it has no value."),
]
ExecEnv = Annotated[
    list[str] | None,
    typer.Option("--env", "-e", metavar="NAME[=VALUE]", help="Set a variable; without a value, unset it."),
]
User = Annotated[str, typer.Option("--user", "-u", metavar="USER", help="Run it as this user.")]
Workdir = Annotated[str, typer.Option("--workdir", "-w", metavar="PATH", help="Run it in this folder.")]
ITS_OWN = {"allow_interspersed_args": False}
"""What follows the service is the command's own."""
