"""`wtc env`."""

import re
import shlex

from wtc.cli import container_options
from wtc.cli.declarations import Argument, Option
from wtc.cli.options import AsJson, require_exclusive, require_one_of, require_value, with_target
from wtc.orchestrator.context.target import Target
from wtc.static_typing import Annotated

EXAMPLES = "Example: wtc env -- npm run dev"
CONTEXT = container_options.PASS_THROUGH


@with_target
def command(
    target: Target,
    words: Annotated[list[str] | None, Argument(metavar="[COMMAND [ARGS]...]")] = None,
    form: Annotated[str, Option("--format", metavar="shell|dotenv|json", help="Output format.")] = "",
    service: Annotated[
        str | None, Option("--service", metavar="SERVICE", help="Add the environment of this service, for the host.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Print the stack's variables, or run a command on the host with them.

    They are `WTC_*`, the compose file's port variables, and `DOCKER_HOST` if needed: for a shell, direnv
    (`eval "$(wtc env)"` in `.envrc`), or a file. With COMMAND, also the variables of the services that address other
    services, with `localhost` and leased ports; where services disagree, the first one in the file decides. The command
    takes the place of wtc, so that its exit status and signals are its own. Does not need the engine.
    """
    from wtc.cli.render.warnings import report_warnings
    from wtc.cli.terminal.output import narrate, print_exact, print_json
    from wtc.orchestrator.env import env

    require_exclusive({"COMMAND": bool(words), "--json": as_json, "--format": bool(form)})
    chosen = "json" if as_json else require_one_of("--format", form or "shell", ("shell", "dotenv", "json"))
    result = env(target, report_warnings, service=require_value("--service", service), with_addresses=bool(words))
    if not result.leased:
        narrate("not every port is leased by now; to lease them, run `wtc setup`")
    if words:
        from wtc.cli.replace_process import replace_process

        replace_process(words, {**target.environment, **result.variables})
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
