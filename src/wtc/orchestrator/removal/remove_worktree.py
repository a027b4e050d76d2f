"""Remove a worktree with its stacks: check with git, stop the stacks, remove the worktree, remove the stacks.

Until git has removed the worktree, its stacks can be started again. A removal that is cut off at any point leaves a
state that the next one, `wtc clean -w PATH` or `wtc clean --gone` continues from. See `.context/plans/design.md`.
"""

import os
import shlex
import threading
from collections.abc import Sequence

from wtc.dataclass import dataclass, replace
from wtc.errors import ConflictError, InterruptedByUserError, WtcError
from wtc.events import Reporter, warn
from wtc.interruption import heed_stop
from wtc.model.identity import GitState, Identity, LabelledStack, Lock, PathFacts, Presence
from wtc.model.namespace import Namespace
from wtc.orchestrator.clean import Cleaning, CleanRequest, execute_clean, forget_stale, prepare_clean, raise_if_left
from wtc.orchestrator.context.identify import Repositories, namespace_of_worktree, stack_standings
from wtc.orchestrator.context.open_engine import open_engine
from wtc.orchestrator.context.stack_lock import lock_if_possible
from wtc.orchestrator.context.target import Target
from wtc.orchestrator.context.user_state import open_user_state
from wtc.orchestrator.down import DownRequest, take_stack_down
from wtc.orchestrator.removal.clean_scope import KeptStack, Scope
from wtc.orchestrator.removal.take_ownership import take_ownership
from wtc.orchestrator.session.execute import execute
from wtc.orchestrator.session.failures import raise_failed
from wtc.planner.down import plan_clean
from wtc.planner.observed.labelled_stacks import labelled_stacks
from wtc.planner.suspend import plan_resume, plan_suspend, suspendable_containers
from wtc.static_typing import TYPE_CHECKING
from wtc.worktrees.delete_worktree import delete_worktree
from wtc.worktrees.host_identity import host_id
from wtc.worktrees.identity import Standing
from wtc.worktrees.identity_facts import copy_origin, read_path, read_worktree
from wtc.worktrees.locate import Worktree, worktree_at
from wtc.worktrees.removal import read_removal, removal_refusal, remove_with_git
from wtc.worktrees.worktree_id import forget_stopped, record_move, record_stopped, recorded_stopped

if TYPE_CHECKING:
    from wtc.engine.client.connection import Engine
    from wtc.model.plan import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """What was removed: the worktree (False where it was gone, or another program removes it), and its stacks."""

    path: str
    worktree: bool
    stacks: tuple[Cleaning, ...]


def remove_worktree(
    target: Target,
    report: Reporter,
    stop: threading.Event,
    *,
    with_git: bool,
    force: bool = False,
    volumes: bool = True,
) -> Removal:
    """Remove the worktree that `target.worktree` names (an absolute path), with all of its stacks and their volumes.

    Without `with_git` only the stacks are removed, for a program that removes the worktree itself. With `force` its
    uncommitted changes are lost, and a lock does not count. Without `volumes` they stay. A worktree that is gone is not
    an error: what is left of its stacks is removed.

    Raises:
        ConflictError: the worktree is dirty or locked, or it is not proved that a stack is the worktree's. In the
            former case nothing is touched.
        EngineUnreachableError: no engine answers; nothing is touched.
        WtcError: git refuses (the containers that ran are started again), or a stack could not be removed.
    """
    path = os.path.realpath(target.worktree)
    worktree = worktree_at(path)
    if not (with_git and _is_unfinished(worktree)):
        refuse_removal(path, target, force=force)
    removes = with_git and worktree.linked
    own = _remove_stopped(worktree, target, report, stop, force=force, volumes=volumes) if removes else ()
    stacks = _clean(replace(target, worktree=path), own, report, stop) if volumes else ()
    if removes and os.path.lexists(path):
        raise WtcError(
            f"the worktree `{path}` is removed, and its folder is not deleted",
            hints=[f"to delete the folder, run `sudo rm -r {shlex.quote(path)}`"],
        )
    return Removal(path=path, worktree=removes, stacks=stacks)


def _is_unfinished(worktree: Worktree) -> bool:
    """Return whether a removal of the worktree was killed after it had stopped containers."""
    return worktree.linked and not copy_origin(worktree) and bool(recorded_stopped(worktree.git_dir))


def refuse_removal(path: str, target: Target, *, force: bool = False, hints: Sequence[str] = ()) -> None:
    """Raise ConflictError if the worktree must not be removed; the hints are for reasons that `force` overrides."""
    facts = read_removal(path, target.environment)
    if why := removal_refusal(facts, force=force):
        final = bool(removal_refusal(facts, force=True))
        raise ConflictError(
            f"the worktree `{path}` and its stack are kept", causes=[why], hints=() if final else tuple(hints)
        )


def _remove_stopped(
    worktree: Worktree, target: Target, report: Reporter, stop: threading.Event, *, force: bool, volumes: bool
) -> Sequence[Namespace]:
    """Remove the worktree while its stacks are stopped; where git refuses, start again what ran.

    Without `volumes` what is left of the stacks but their volumes is removed too.

    Returns: the stacks, which were proved to be the worktree's while it existed.

    Raises:
        WtcError: the worktree stays.
    """
    state = open_user_state(target, report)
    # What was stopped is started again, so that the removal heeds the event as a whole.
    with open_engine(target) as engine, lock_if_possible(state, worktree.path, report), heed_stop():
        stacks = _own_stacks(engine, worktree, host_id(state.environment))
        try:
            refuse_removal(worktree.path, target, force=force)
            stop_stacks(engine, stacks, worktree, report, stop)
            if stop.is_set():
                raise InterruptedByUserError("interrupted")
            # The containers may have written until they stopped. Owners change only once git would remove the worktree.
            refuse_removal(worktree.path, target, force=force)
            take_ownership(worktree.path, engine, report)
            remove_with_git(worktree, target.environment, force=force)
        except WtcError:
            if os.path.isdir(worktree.git_dir):
                _resume_or_warn(engine, stacks, worktree, report)
                raise
            # git forgets the worktree also where it cannot delete a file, as in a read-only folder of a package cache.
            left = delete_worktree(worktree.common, worktree.path) if os.path.lexists(worktree.path) else ""
            if left:
                warn(report, f"not all of the folder `{worktree.path}` is deleted: {left}")
        for namespace in stacks if not volumes else ():
            take_stack_down(engine, state, namespace, DownRequest(), report, stop)
        return stacks


def _own_stacks(engine: "Engine", worktree: Worktree, host: str) -> list[Namespace]:
    """Return the worktree's stacks, of all its projects; record moves, so that they are found without the worktree.

    Raises:
        ConflictError: it is not proved that a stack is the worktree's.
        UnreadableIdError: the worktree's id cannot be read.
        WtcError: a move cannot be recorded.
    """
    from wtc.engine.observe.snapshot import list_engine

    here = read_worktree(worktree, worktree.path, host)
    here = replace(here, identity=replace(here.identity, legacy=engine.host_is_local))
    found = stack_standings(here, labelled_stacks(list_engine(engine)), Repositories(), every_project=True)
    raise_if_left([KeptStack(stack=stack, why=why) for stack, which, why in found if which is Standing.CONFLICT])
    for stack in (stack for stack, which, _ in found if which is Standing.MOVED):
        try:
            record_move(worktree.common, here.identity.id, stack.worktree)
            record_move(worktree.common, here.identity.id, worktree.path)
        except OSError as error:
            raise _unwritable(worktree.common, error) from error
    return [namespace_of_worktree(stack, here) for stack, which, _ in found if which in {Standing.OWN, Standing.MOVED}]


def stop_stacks(
    engine: "Engine", stacks: Sequence[Namespace], worktree: Worktree, report: Reporter, stop: threading.Event
) -> None:
    """Stop the stacks' containers, and record which ones, beside the worktree's id.

    Raises:
        ConflictError: the stacks could not be cleaned afterwards, because a foreign container writes into a volume.
        WtcError: a container did not stop, or the record cannot be written; then none is stopped.
    """
    from wtc.engine.observe.snapshot import observe

    observed = [(namespace, observe(engine, namespace)) for namespace in stacks]
    for namespace, one in observed:
        plan_clean(namespace, one)
    running = {c.id for _, one in observed for c in suspendable_containers(one)}
    if not running:
        return
    try:
        record_stopped(worktree.git_dir, running | set(recorded_stopped(worktree.git_dir)))
    except OSError as error:
        raise _unwritable(worktree.git_dir, error) from error
    for namespace, one in observed:
        _execute(plan_suspend(one), engine, namespace, report, stop)


def restart_stacks(engine: "Engine", stacks: Sequence[Namespace], worktree: Worktree, report: Reporter) -> None:
    """Start the containers again that `stop_stacks` recorded.

    Raises:
        WtcError: a container did not start.
    """
    from wtc.engine.observe.snapshot import observe

    stopped = recorded_stopped(worktree.git_dir)
    for namespace in stacks if stopped else ():
        # An interruption ends the removal; starting the containers again is completed.
        _execute(plan_resume(observe(engine, namespace), stopped), engine, namespace, report, threading.Event())
    forget_stopped(worktree.git_dir)


def _resume_or_warn(engine: "Engine", stacks: Sequence[Namespace], worktree: Worktree, report: Reporter) -> None:
    try:
        restart_stacks(engine, stacks, worktree, report)
    except WtcError as error:
        hint = f"to start the stack again, run `wtc up -w {worktree.path}`"
        warn(report, ": ".join([error.message, *error.causes]), hint=hint)


def _execute(plan: "Plan", engine: "Engine", namespace: Namespace, report: Reporter, stop: threading.Event) -> None:
    outcome = execute(plan, engine, namespace.name, report, stop)
    raise_failed(outcome, engine, namespace, interrupted=stop.is_set(), services=None)


def _clean(target: Target, own: Sequence[Namespace], report: Reporter, stop: threading.Event) -> tuple[Cleaning, ...]:
    """Remove what is proved to be left of the worktree's stacks; `own` was proved while the worktree existed.

    Raises:
        ConflictError: something stays, because it is not proved.
        WtcError: something could not be removed.
    """
    request = CleanRequest(scope=Scope.WORKTREE)
    place = read_path(target.worktree)
    if place.git is GitState.WORKTREE:
        # Seen from inside, the worktree's own stacks are meant, and not what a former one left at its path.
        target = replace(target, cwd=target.worktree)
    found = prepare_clean(target, request, report)
    doubts = {c.namespace.name: why for c in found.cleanings if (why := removal_doubt(c.namespace.identity, place))}
    chosen = tuple(c for c in found.cleanings if c.namespace.name not in doubts)
    if chosen:
        execute_clean(target, request, chosen, report, stop)
    proved = {(n.name, n.identity.id) for n in own if n.identity.id and place.presence is Presence.MISSING}
    for one in found.left:
        if (one.stack.namespace, one.stack.identity.id) in proved:
            chosen += _clean_named(target, one.stack, report, stop)
    if doubts:
        causes = [f"stack `{name}` is kept: {why}" for name, why in doubts.items()]
        raise ConflictError(f"not all of the stacks of `{target.worktree}` may be removed", causes=causes)
    raise_if_left([one for one in found.left if (one.stack.namespace, one.stack.identity.id) not in proved])
    forget_stale(target, found, report)
    return chosen


def _clean_named(target: Target, stack: LabelledStack, report: Reporter, stop: threading.Event) -> tuple[Cleaning, ...]:
    """Remove a stack that was created on another host: that it is the worktree's was proved by the worktree's id."""
    request = CleanRequest(scope=Scope.STACK, stack=stack.namespace)
    found = prepare_clean(target, request, report).cleanings
    chosen = tuple(c for c in found if c.namespace.identity.id == stack.identity.id)
    execute_clean(target, request, chosen, report, stop)
    return chosen


def removal_doubt(identity: Identity, place: PathFacts) -> str:
    """Return why a stack stays that `clean -w` would remove: there a person names the path. Empty if it is removed."""
    if place.presence is Presence.PRESENT and place.git is GitState.NONE and not identity.id:
        return "its folder exists, and is not a git worktree"
    entries = Repositories().of(identity).worktrees
    if any(e.lock is Lock.LIVE and identity.id and e.id == identity.id for e in entries):
        return "the worktree is locked in git"
    return ""


def _unwritable(folder: str, error: OSError) -> WtcError:
    return WtcError(f"cannot write in `{folder}`", causes=[(error.strerror or str(error)).lower()])
