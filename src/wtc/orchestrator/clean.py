"""`clean`: removes stacks with their volumes and built images, and frees their leases."""

import os
import threading
from collections.abc import Sequence

from wtc.dataclass import dataclass, replace
from wtc.errors import ConflictError, UsageError, WtcError
from wtc.events import Reporter, warn
from wtc.model.identity import GitState, Identity, LabelledStack, Presence
from wtc.model.namespace import Namespace
from wtc.model.plan import Plan
from wtc.orchestrator.context.identify import (
    Repositories,
    holder_path,
    identify,
    judge_stack,
    namespace_of_worktree,
    stack_standings,
)
from wtc.orchestrator.context.open_engine import open_engine
from wtc.orchestrator.context.stack_lock import lock_if_possible
from wtc.orchestrator.context.target import Located, Target, locate
from wtc.orchestrator.context.user_state import UserState, open_user_state, read_registry, update_registry
from wtc.orchestrator.removal.clean_scope import (
    CleanSelection,
    KeptStack,
    Scope,
    StackToRemove,
    all_stacks,
    former_stacks,
    gone_stacks,
    missing_worktree,
    named_stack,
    with_legacy,
)
from wtc.orchestrator.removal.gone_ids import forget_ids, gone_identities
from wtc.orchestrator.session.execute import execute_until_gone
from wtc.orchestrator.session.failures import raise_failed
from wtc.planner.down import plan_clean, plan_clean_volumes
from wtc.planner.observed.labelled_stacks import labelled_stacks
from wtc.planner.observed.ownership import foreign_objects, foreign_use
from wtc.static_typing import TYPE_CHECKING
from wtc.worktrees.host_identity import host_id
from wtc.worktrees.identity import Standing
from wtc.worktrees.identity_facts import read_path, read_worktree
from wtc.worktrees.locate import worktree_at

if TYPE_CHECKING:
    from wtc.engine.client.connection import Engine
    from wtc.model.observed import EngineListing
    from wtc.registry.stack_records import StackRecords


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanRequest:
    """What to remove: stacks, or volumes of the project's stack."""

    scope: Scope = Scope.PROJECT
    stack: str = ""
    """The namespace, for `Scope.STACK`."""
    volumes: tuple[str, ...] = ()
    """Remove only these volumes, given by their key in the file or by name."""
    all_gone: bool = False
    """Remove gone stacks even if they are more than half of this host's."""
    timeout_s: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaning:
    """One stack, why it may be removed, and what that takes. `leases` is how many host ports are freed."""

    namespace: Namespace
    why: str
    ask: bool
    plan: Plan
    leases: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanPlan:
    """What would be removed (only stacks that have objects), and what stays."""

    cleanings: tuple[Cleaning, ...] = ()
    left: tuple[KeptStack, ...] = ()
    stale: tuple[str, ...] = ()
    """Namespaces that only the registry has, and that the scope covers."""


def prepare_clean(target: Target, request: CleanRequest, report: Reporter) -> CleanPlan:
    """Return what would be removed.

    Raises:
        WtcError: the engine cannot be reached, or the registry cannot be read.
        ConflictError: a container that is not wtc's uses a volume.
    """
    state = open_user_state(target, report)
    read_registry(state, report)
    with open_engine(target) as engine:
        listing = _list(engine)
        chosen = choose_stacks(target, request, state, engine, listing)
        found = [_cleaning(choice, state, engine, listing, request) for choice in chosen.removed]
        use = foreign_use(listing.containers)
        for what, why in {w: r for c in found for w, r in foreign_objects(listing, c.namespace, use).items()}.items():
            warn(report, f"{what} is left alone: {why}")
        names = {s.namespace for s in labelled_stacks(listing)}
        stale = _stale(target, request, state, names) if not request.volumes else ()
        return CleanPlan(cleanings=tuple(c for c in found if c.plan or c.leases), left=chosen.left, stale=stale)


def execute_clean(
    target: Target, request: CleanRequest, cleanings: Sequence[Cleaning], report: Reporter, stop: threading.Event
) -> None:
    """Remove the stacks; each is selected and planned again under its lock.

    Raises:
        WtcError: something could not be removed.
    """
    state = open_user_state(target, report)
    host = host_id(state.environment)
    gone: list[Identity] = []
    with open_engine(target) as engine:
        for namespace in (c.namespace for c in cleanings):
            with lock_if_possible(state, namespace.worktree, report, discard=not os.path.isdir(namespace.worktree)):
                listing = _list(engine)
                chosen = choose_stacks(target, request, state, engine, listing)
                if not any(_same(c.namespace, namespace) for c in chosen.removed):
                    warn(report, f"stack `{namespace.name}` is kept: it has changed since")
                    continue
                gone += gone_identities(namespace, listing, host)

                def plan(namespace: Namespace = namespace) -> Plan:
                    return _plan_again(namespace, target, request, state, engine)

                first = _planned(chosen, namespace, state, engine, listing, request)
                outcome = execute_until_gone(first, plan, engine, namespace.name, report, stop)
                raise_failed(outcome, engine, namespace, interrupted=stop.is_set(), services=())
                if not request.volumes:
                    _forget(state, [namespace.name], report)
        forget_ids(gone, engine)


def _plan_again(
    namespace: Namespace, target: Target, request: CleanRequest, state: UserState, engine: "Engine"
) -> Plan:
    """Return the plan for what is left of the stack on the engine now."""
    listing = _list(engine)
    if request.volumes or namespace.name not in {s.namespace for s in labelled_stacks(listing)}:
        return Plan()
    return _planned(choose_stacks(target, request, state, engine, listing), namespace, state, engine, listing, request)


def _planned(
    chosen: CleanSelection,
    namespace: Namespace,
    state: UserState,
    engine: "Engine",
    listing: "EngineListing",
    request: CleanRequest,
) -> Plan:
    choice = next((c for c in chosen.removed if _same(c.namespace, namespace)), None)
    return Plan() if choice is None else _cleaning(choice, state, engine, listing, request).plan


def forget_stale(target: Target, plan: CleanPlan, report: Reporter) -> None:
    """Drop the registry's entries without objects."""
    _forget(open_user_state(target, report), plan.stale, report)


def _forget(state: UserState, namespaces: Sequence[str], report: Reporter) -> None:
    def drop(records: "StackRecords") -> None:
        for name in namespaces:
            records.drop(name)

    if set(namespaces) & state.store.read().stacks.keys():
        update_registry(state, report, drop)
    # The registry may have lost the stack before.
    for name in namespaces:
        state.store.kept.remove(name)


def raise_if_left(left: Sequence[KeptStack]) -> None:
    """Raise ConflictError if a stack stays although the user named its worktree."""
    if not left:
        return
    names = [one.stack.namespace for one in left]
    raise ConflictError(
        f"it is not proved that {_count(len(left))} may be removed",
        causes=[f"stack `{one.stack.namespace}` of `{one.stack.worktree}` is kept: {one.why}" for one in left],
        hints=[f"to delete it with its volumes, run `wtc clean --stack {name}`" for name in dict.fromkeys(names)],
    )


def _count(number: int) -> str:
    return "a stack" if number == 1 else f"{number} stacks"


def _list(engine: "Engine") -> "EngineListing":
    from wtc.engine.observe.snapshot import list_engine

    return list_engine(engine)


def choose_stacks(
    target: Target, request: CleanRequest, state: UserState, engine: "Engine", listing: "EngineListing"
) -> CleanSelection:
    """Select which of the listed stacks the request removes, and which stay. Sends no request to the engine.

    Raises:
        ConflictError: it is not proved which stack is this worktree's, or too many are gone.
        WtcError: the stack does not exist, or the worktree's id cannot be read.
    """
    stacks = labelled_stacks(listing)
    host = host_id(state.environment)
    match request.scope:
        case Scope.GONE:
            repositories = Repositories()
            chosen = gone_stacks(
                stacks, lambda s: judge_stack(s, host, repositories), host=host, every=request.all_gone
            )
        case Scope.ALL:
            chosen = all_stacks(stacks, host=host)
        case Scope.STACK:
            chosen = named_stack(stacks, request.stack)
        case Scope.PROJECT:
            found = identify(locate(target), state, engine, listing=listing)
            return CleanSelection(removed=(StackToRemove(namespace=found.namespace, why="it is this project's"),))
        case Scope.FORMER:
            chosen = _former(locate(target), stacks, host)
        case Scope.WORKTREE:
            chosen = _of_worktree(target, stacks, host, local=engine.host_is_local)
    return with_legacy(chosen, stacks, local=engine.host_is_local)


def _former(located: Located, stacks: Sequence[LabelledStack], host: str) -> CleanSelection:
    here = read_worktree(worktree_at(located.worktree), located.directory, host)
    found = [
        s
        for s, which, _ in stack_standings(here, stacks, Repositories(), every_project=True)
        if which is Standing.FORMER
    ]
    return former_stacks(found, read_path(here.path), host=host, why="its worktree is gone")


def _of_worktree(target: Target, stacks: Sequence[LabelledStack], host: str, *, local: bool) -> CleanSelection:
    """Select the stacks of the worktree that `-w` names; if its folder is missing, those that were created there."""
    path = os.path.realpath(os.path.join(target.cwd, os.path.expanduser(target.worktree)))
    place = read_path(path)
    repositories = Repositories()
    created = [
        s for s in stacks if path == s.worktree or path in repositories.of(s.identity).moved.get(s.identity.id, ())
    ]
    if place.presence is not Presence.PRESENT or place.git is GitState.NONE:
        missing = missing_worktree(created, place, lambda s: _holder(s, repositories), host=host)
        if missing.removed or place.presence is not Presence.PRESENT:
            return missing
    try:
        here = read_worktree(worktree_at(path), path, host)
    except WtcError as error:
        why = ": ".join([error.message, *error.causes])
        return CleanSelection(left=tuple(KeptStack(stack=s, why=why) for s in created))
    here = replace(here, identity=replace(here.identity, legacy=local))
    found = stack_standings(here, stacks, repositories, every_project=True)
    inside = _lies_in(os.path.realpath(target.cwd), path)
    former = [s for s, which, _ in found if which is Standing.FORMER and (s.legacy or s.identity.host == host)]
    why = "a former worktree at this path created it"
    before = former_stacks(former, place, host=host, why=why)
    own = [s for s, which, _ in found if which in {Standing.OWN, Standing.MOVED}]
    if former and not inside:
        return before
    if before.left and not own:
        return CleanSelection(left=before.left)
    return CleanSelection(
        removed=tuple(
            StackToRemove(namespace=namespace_of_worktree(s, here), why="it is this worktree's") for s in own
        ),
        left=tuple(KeptStack(stack=s, why=reason) for s, which, reason in found if which is Standing.CONFLICT),
    )


def _holder(stack: LabelledStack, repositories: Repositories) -> str:
    return holder_path(stack.identity.id, [repositories.of(stack.identity)])


def _lies_in(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def _stale(target: Target, request: CleanRequest, state: UserState, names: set[str]) -> tuple[str, ...]:
    """Return the registry's entries without objects: those of the worktree that `-w` names, else of missing folders."""
    records = [r for r in state.store.read().stacks.values() if r.namespace not in names]
    if request.scope is Scope.WORKTREE:
        path = os.path.realpath(os.path.join(target.cwd, os.path.expanduser(target.worktree)))
        return tuple(r.namespace for r in records if r.worktree == path)
    if request.scope not in {Scope.GONE, Scope.ALL}:
        return ()
    return tuple(r.namespace for r in records if read_path(r.worktree).presence is Presence.MISSING)


def _cleaning(
    choice: StackToRemove, state: UserState, engine: "Engine", listing: "EngineListing", request: CleanRequest
) -> Cleaning:
    from wtc.engine.observe.snapshot import observe

    namespace = choice.namespace
    record = state.store.read().stacks.get(namespace.name)
    observed = observe(engine, namespace, listing=listing)
    if request.volumes:
        removal = plan_clean_volumes(namespace, observed, request.volumes)
    else:
        removal = plan_clean(namespace, observed, timeout_s=request.timeout_s)
    leases = 0 if request.volumes or record is None else len(record.ports)
    return Cleaning(namespace=namespace, why=choice.why, ask=choice.ask, plan=removal, leases=leases)


def _same(one: Namespace, other: Namespace) -> bool:
    return (one.name, one.identity.id, one.worktree) == (other.name, other.identity.id, other.worktree)


def scope_of(*, worktree: str, every: bool, gone: bool, former: bool, stack: str) -> Scope:
    """Return the scope that the command line names.

    Raises:
        UsageError: it names several.
    """
    named = {"--all": every, "--gone": gone, "--former": former, "--stack": bool(stack)}
    chosen = [option for option, given in named.items() if given]
    if len(chosen) > 1:
        raise UsageError(f"`{chosen[0]}` and `{chosen[1]}` cannot be given together")
    scopes = {"--all": Scope.ALL, "--gone": Scope.GONE, "--former": Scope.FORMER, "--stack": Scope.STACK}
    if chosen:
        return scopes[chosen[0]]
    return Scope.WORKTREE if worktree else Scope.PROJECT
