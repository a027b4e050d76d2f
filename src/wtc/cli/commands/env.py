"""`wtc env`."""

import re
import shlex
from typing import Annotated

from wtc.cli.declarations import Option
from wtc.cli.options import AsJson, require_one_of, with_target
from wtc.orchestrator.context.target import Target

EXAMPLES = 'Example: eval "$(wtc env)"'


@with_target
def command(
    target: Target,
    form: Annotated[str, Option("--format", metavar="shell|dotenv|json", help="Output format.")] = "shell",
    as_json: AsJson = False,
) -> None:
    """Print the stack's variables: `WTC_*`, the compose file's port variables, and `DOCKER_HOST` if needed.

    For a shell, direnv (`eval "$(wtc env)"` in `.envrc`), or a file. Does not need the engine.
    """
    from wtc.cli.render.warnings import report_warnings
    from wtc.cli.terminal.output import narrate, print_exact, print_json
    from wtc.orchestrator.env import env

    chosen = "json" if as_json else require_one_of("--format", form, ("shell", "dotenv", "json"))
    result = env(target, report_warnings)
    if not result.leased:
        narrate("not every port is leased by now; to lease them, run `wtc setup`")
    if chosen == "json":
        print_json(
            {
                "worktree": result.worktree,
                "namespace": result.namespace,
                "leased": result.leased,
                "variables": result.variables,
            }
        )
        return
    line = _shell if chosen == "shell" else _dotenv
    print_exact("".join(line(name, value) for name, value in result.variables.items()))


def _shell(name: str, value: str) -> str:
    return f"export {name}={shlex.quote(value)}\n"


def _dotenv(name: str, value: str) -> str:
    """Quote the value only if necessary, because dotenv readers treat quotes differently."""
    if re.fullmatch(r"[\w./:@%+,=-]*", value, re.ASCII):
        return f"{name}={value}\n"
    if not {"'", "\\", "\n"} & set(value):
        return f"{name}='{value}'\n"
    escaped = re.sub(r'([\\"$])', r"\\\1", value).replace("\n", "\\n")
    return f'{name}="{escaped}"\n'
