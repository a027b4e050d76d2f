"""`worktree list`: the worktrees of the repository, with their locks and their stacks."""

import os

from wtc.dataclass import dataclass
from wtc.errors import EngineUnreachableError
from wtc.events import Reporter, warn
from wtc.model.identity import Lock, Presence
from wtc.model.observed import RUNNING_STATES
from wtc.model.ports import Endpoint
from wtc.orchestrator.context.open_engine import engine_host
from wtc.orchestrator.context.target import Target
from wtc.orchestrator.context.user_state import open_user_state, read_registry
from wtc.orchestrator.ports import leased_endpoints, published_endpoints
from wtc.orchestrator.ps import StackSummary, ps
from wtc.orchestrator.worktree.find_worktree import list_worktrees
from wtc.registry.stack_records import StackRecord
from wtc.settings.settings import BIND
from wtc.worktrees.git.parse_list import ListedWorktree
from wtc.worktrees.identity_facts import lock_pid, lock_state, read_path


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedStack:
    """A stack of a worktree. `up` is None where no engine answers; `endpoints` are published, else leased."""

    namespace: str
    up: bool | None
    endpoints: tuple[Endpoint, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WorktreeRow:
    """A worktree, as git lists it, and its stacks."""

    entry: ListedWorktree
    main: bool
    missing: bool
    lock: Lock
    pid: int
    """Return the process that the lock names; 0 if it names none."""
    stacks: tuple[ListedStack, ...]


def worktrees(target: Target, report: Reporter) -> tuple[WorktreeRow, ...]:
    """Return the worktrees of the current folder's repository, the main one first; without an engine from the registry.

    Raises:
        WorktreeError: git does not answer.
    """
    state = open_user_state(target, report)
    records, bind, host = read_registry(state, report), state.settings.of(BIND).value, engine_host(target)
    entries = list_worktrees(target)
    found = _observed(target, report)

    def leased(record: StackRecord | None) -> tuple[Endpoint, ...]:
        if record is None:
            return ()
        # Of what the engine knows not to run, nothing is published.
        ports = record.host_ports() if found is None else record.ports
        return leased_endpoints(ports, record.addresses, bind=bind, host=host)

    def stack(summary: StackSummary) -> ListedStack:
        alive = [c for c in summary.containers if c.state in RUNNING_STATES]
        endpoints = published_endpoints(alive, host) if alive else leased(records.stacks.get(summary.namespace.name))
        return ListedStack(namespace=summary.namespace.name, up=bool(alive), endpoints=endpoints)

    def stacks(path: str) -> tuple[ListedStack, ...]:
        seen = {s.namespace.name: stack(s) for s in found or () if s.path == path}
        on_engine = {s.namespace.name for s in found or ()}
        state = None if found is None else False
        recorded = [r for r in records.of_worktree(path) if r.namespace not in on_engine]
        registered = {r.namespace: ListedStack(namespace=r.namespace, up=state, endpoints=leased(r)) for r in recorded}
        return tuple(one for _, one in sorted({**registered, **seen}.items()))

    return tuple(
        WorktreeRow(
            entry=entry,
            main=entry is entries[0],
            missing=read_path(entry.path).presence is Presence.MISSING,
            lock=Lock.NONE if entry.lock_reason is None else lock_state(entry.lock_reason),
            pid=lock_pid(entry.lock_reason or ""),
            stacks=stacks(os.path.realpath(entry.path)),
        )
        for entry in entries
    )


def _observed(target: Target, report: Reporter) -> tuple[StackSummary, ...] | None:
    """Return the stacks on the engine; warn and return None if no engine answers."""
    try:
        return ps(target, stopped=True)
    except EngineUnreachableError as error:
        warn(report, ": ".join([error.message, *error.causes]))
        return None
