"""`wtc inspect`."""

from wtc.cli.declarations import Argument
from wtc.cli.options import AsJson, with_target
from wtc.orchestrator.context.target import Target
from wtc.static_typing import Annotated

EXAMPLES = "Example: wtc inspect web --json"


@with_target
def command(
    target: Target,
    services: Annotated[list[str] | None, Argument(metavar="[SERVICE]...")] = None,
    as_json: AsJson = False,
) -> None:
    """Show how wtc interprets the compose file: the names that it gives, and each attribute with its position.

    An attribute is `honoured`, `rewritten` into the worktree's namespace, or `ignored`. What worktrees still
    share (the host's network, the engine's socket, external networks, fixed addresses) is listed last.
    """
    from wtc.cli.render.inspect import show_json, show_text
    from wtc.cli.render.warnings import report_warnings
    from wtc.orchestrator.inspect import inspect

    result = inspect(target, tuple(services or ()), report_warnings)
    (show_json if as_json else show_text)(result)
