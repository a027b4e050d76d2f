"""`wtc worktree list`."""

from wtc.cli.options import AsJson, with_target_by_name
from wtc.model.identity import Lock
from wtc.orchestrator.context.target import Target
from wtc.static_typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from wtc.orchestrator.worktree.list import ListedStack, WorktreeRow

EXAMPLES = "Example: wtc worktree list"


@with_target_by_name
def command(target: Target, as_json: AsJson = False) -> None:
    """List the repository's worktrees: branch, commit, lock and its holder, stack and host ports.

    Without an engine the state of the stacks is unknown, and the ports are those that are leased.
    """
    from wtc.cli.render.warnings import report_warnings
    from wtc.cli.terminal.output import print_columns, print_json
    from wtc.orchestrator.worktree.list import worktrees

    rows = worktrees(target, report_warnings)
    if as_json:
        print_json({"worktrees": [_document(row) for row in rows]})
        return
    header = ("worktree", "branch", "commit", "lock", "stack", "ports")
    print_columns([line for row in rows for line in _lines(row)], header=header)


def _lines(row: "WorktreeRow") -> list[list[str]]:
    """Return a row for each stack of the worktree, or one row if it has no stack."""
    path = row.entry.path + (" (missing)" if row.missing else "")
    branch = row.entry.branch or ("(bare)" if row.entry.bare else "(detached)")
    first = [path, branch, row.entry.commit[:7] or "-", _lock_text(row)]
    stacks = [[_state(s) or "-", " ".join(f"{e.id.service}:{e.port}" for e in s.endpoints) or "-"] for s in row.stacks]
    return [[*first, *cells] for cells in stacks or [["-", "-"]]]


def _state(stack: "ListedStack") -> str | None:
    return None if stack.up is None else "up" if stack.up else "down"


def _lock_text(row: "WorktreeRow") -> str:
    if row.lock is Lock.NONE:
        return "-"
    if row.lock is Lock.STALE:
        return f"stale (process {row.pid} is dead)"
    if row.pid:
        return f"process {row.pid}"
    return "wtc" if row.lock is Lock.WTC else row.entry.lock_reason or "locked"


def _document(row: "WorktreeRow") -> dict[str, Any]:
    from wtc.cli.render.endpoints import endpoint_document

    lock = {"reason": row.entry.lock_reason or None, "pid": row.pid or None, "stale": row.lock is Lock.STALE}
    return {
        "path": row.entry.path,
        "main": row.main,
        "missing": row.missing,
        "branch": row.entry.branch or None,
        "commit": row.entry.commit or None,
        "lock": None if row.lock is Lock.NONE else lock,
        "stacks": [
            {
                "namespace": stack.namespace,
                "state": _state(stack),
                "endpoints": [endpoint_document(e) for e in stack.endpoints],
            }
            for stack in row.stacks
        ],
    }
