"""`worktree prune`: git's entries of worktrees whose folder is gone, and what is left of their stacks."""

import threading
from collections.abc import Sequence
from pathlib import Path

from wtc.dataclass import dataclass, replace
from wtc.errors import ConflictError
from wtc.events import Reporter
from wtc.model.identity import Lock, Presence
from wtc.orchestrator.clean import CleanPlan, CleanRequest, execute_clean, forget_stale, prepare_clean, raise_if_left
from wtc.orchestrator.context.target import Target
from wtc.orchestrator.removal.clean_scope import Scope
from wtc.orchestrator.worktree.find_worktree import list_worktrees, open_manager, run_async
from wtc.worktrees.git.parse_list import ListedWorktree
from wtc.worktrees.identity_facts import lock_state, read_path

_REQUEST = CleanRequest(scope=Scope.WORKTREE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prunable:
    """A worktree whose folder is gone, and what would be removed of its stacks."""

    entry: ListedWorktree
    found: CleanPlan


def prunable(target: Target, report: Reporter) -> tuple[Prunable, ...]:
    """Return the linked worktrees whose folder is missing, without locked ones, unless the lock's process is dead.

    Raises:
        WorktreeError: git does not answer.
        EngineUnreachableError: no engine answers.
    """
    gone = [
        e for e in list_worktrees(target)[1:] if not _is_locked(e) and read_path(e.path).presence is Presence.MISSING
    ]
    return tuple(
        Prunable(entry=entry, found=prepare_clean(_target_at(target, entry), _REQUEST, report)) for entry in gone
    )


def prune(target: Target, chosen: Sequence[Prunable], report: Reporter, stop: threading.Event) -> None:
    """Remove what is left of the stacks, then git's entries. Branches stay.

    An entry stays if nothing proves that its stack belongs to it.

    Raises:
        ConflictError: something stays, because it is not proved.
        WtcError: something could not be removed.
    """
    manager = open_manager(target)
    left = [each for one in chosen for each in one.found.left]
    for one in (one for one in chosen if not one.found.left):
        at = _target_at(target, one.entry)
        if read_path(one.entry.path).presence is not Presence.MISSING:
            raise ConflictError(f"the folder `{one.entry.path}` exists again")
        execute_clean(at, _REQUEST, one.found.cleanings, report, stop)
        forget_stale(at, one.found, report)
        run_async(manager.remove_worktree(Path(one.entry.path)))
    raise_if_left(left)


def _target_at(target: Target, entry: ListedWorktree) -> Target:
    return replace(target, worktree=entry.path, by_branch=False)


def _is_locked(entry: ListedWorktree) -> bool:
    return entry.lock_reason is not None and lock_state(entry.lock_reason) is Lock.LIVE
