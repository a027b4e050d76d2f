"""`wtc setup`."""

from wtc.cli.options import AsJson, with_target
from wtc.orchestrator.context.target import Target
from wtc.static_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wtc.orchestrator.worktree_files.copy_files import Copied

EXAMPLES = 'Example: wtc setup --worktree "$CONDUCTOR_WORKSPACE_PATH"'


@with_target
def command(target: Target, as_json: AsJson = False) -> None:
    """Prepare a new worktree: copy `.env` and what `.worktreeinclude` lists, and lease the stack's host ports.

    Does not need the engine, never overwrites a file, and does nothing if everything is done already.
    """
    from wtc.cli.render.endpoints import endpoint_document, endpoint_rows, host_port_document, host_port_rows
    from wtc.cli.render.warnings import report_warnings
    from wtc.cli.terminal.output import narrate, print_columns, print_json
    from wtc.orchestrator.setup import setup

    result = setup(target, report_warnings)
    if as_json:
        print_json(
            {
                "worktree": result.worktree,
                "namespace": result.namespace,
                "registered": result.registered,
                "env": _document(result.env) if result.env else None,
                "copied": [_document(one) for one in result.copied],
                "endpoints": [endpoint_document(e) for e in result.endpoints],
                "host_ports": [host_port_document(port) for port in result.host_ports],
            }
        )
        return
    if result.registered:
        narrate(f"`{result.namespace}` is registered{_leased(len(result.endpoints) + len(result.host_ports))}")
    print_columns([*endpoint_rows(result.endpoints), *host_port_rows(result.host_ports)])


def _leased(count: int) -> str:
    return f", with {count} host port{'s' if count > 1 else ''}" if count else ""


def _document(copied: "Copied") -> dict[str, str]:
    return {"path": copied.path, "source": copied.source}
