"""The options that `exec` and `run` share."""

from wtc.cli.declarations import Argument, Option
from wtc.static_typing import Annotated

Service = Annotated[str, Argument(metavar="SERVICE", show_default=False)]
NoTty = Annotated[bool, Option("--no-tty", "--no-TTY", "-T", help="Do not allocate a terminal.")]
Tty = Annotated[bool, Option("--tty", "-t", hidden=True)]
Interactive = Annotated[bool, Option("--interactive/--no-interactive", "-i", help="Forward standard input.")]
Env = Annotated[
    list[str] | None,
    Option(
        "--env", "-e", metavar="NAME[=VALUE]", help="Set a variable; without a value, take it from your environment."
    ),
]
ExecEnv = Annotated[
    list[str] | None,
    Option("--env", "-e", metavar="NAME[=VALUE]", help="Set a variable; without a value, unset it."),
]
User = Annotated[str, Option("--user", "-u", metavar="USER", help="Run the command as this user.")]
Workdir = Annotated[str, Option("--workdir", "-w", metavar="PATH", help="Run the command in this folder.")]
PASS_THROUGH = {"allow_interspersed_args": False}
"""Do not parse the words after the service: they belong to the command."""
