"""Find the stack that belongs to a worktree: its namespace, and the proof.

Facts are read in `worktrees/identity_facts.py`, decided on in `worktrees/identity.py`. See `.context/plans/design.md`.
"""

import os
from collections.abc import Iterable, Sequence

from wtc.dataclass import dataclass, replace
from wtc.errors import ConflictError
from wtc.events import Reporter
from wtc.model.identity import Identity, LabelledStack, PathFacts, RepositoryFacts
from wtc.model.namespace import Namespace
from wtc.namespace import free_name
from wtc.orchestrator.context.target import Place, site_of
from wtc.planner.observed.labelled_stacks import labelled_stacks
from wtc.static_typing import TYPE_CHECKING
from wtc.worktrees.host_identity import host_id
from wtc.worktrees.identity import (
    Judgement,
    Standing,
    WorktreeFacts,
    find_duplicate,
    find_possible_holder,
    judge_gone,
    stack_standing,
)
from wtc.worktrees.identity_facts import read_path, read_repository, read_worktree
from wtc.worktrees.locate import worktree_at
from wtc.worktrees.worktree_id import has_record

if TYPE_CHECKING:
    from wtc.engine.client.connection import Engine
    from wtc.model.observed import EngineListing
    from wtc.orchestrator.context.user_state import UserState


@dataclass(frozen=True, slots=True, kw_only=True)
class FormerStack:
    """A stack of a worktree that was at this path before. `held`: a worktree elsewhere holds its id."""

    stack: LabelledStack
    judgement: Judgement
    held: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentifiedStack:
    """A worktree's stack: its namespace (which may have nothing on the engine yet), and what else was found."""

    namespace: Namespace
    here: WorktreeFacts
    present: bool = False
    """Whether the engine has objects of the stack."""
    moved_from: str = ""
    """The path at which the stack was created, where the worktree is found to have moved."""
    former: tuple[FormerStack, ...] = ()


def identify(
    place: Place,
    state: "UserState",
    engine: "Engine | None",
    *,
    listing: "EngineListing | None" = None,
    create: bool = False,
) -> IdentifiedStack:
    """Find the worktree's stack for the project folder. With `create`, write the missing ids; else write nothing.

    The registry answers if it has this worktree, else the engine's labels. Without an engine, the registry alone.

    Raises:
        ConflictError: a stack has this worktree's id, and nothing proves that it is this worktree's.
        UnreadableIdError: the worktree's id cannot be read.
    """
    here = read_worktree(
        worktree_at(place.worktree), place.directory, host_id(state.environment, create=create), create=create
    )
    here = replace(here, identity=replace(here.identity, legacy=engine is None or engine.host_is_local))
    if listing is None and (known := _registered_namespace(here, state, anywhere=engine is None)):
        return IdentifiedStack(namespace=known, here=here)
    if engine is None:
        return IdentifiedStack(namespace=_new_namespace(place, here, (), state), here=here)
    from wtc.engine.observe.snapshot import list_engine

    stacks = labelled_stacks(listing or list_engine(engine))
    return _identify(place, state, here, stacks)


def namespace_for(
    place: Place,
    state: "UserState",
    engine: "Engine | None",
    report: Reporter,
    *,
    listing: "EngineListing | None" = None,
    create: bool = False,
) -> Namespace:
    """Return the namespace of the worktree's stack, as `identify` finds it; report a registry that cannot be used.

    Raises:
        ConflictError: a stack has this worktree's id, and nothing proves that it is this worktree's.
        UnreadableIdError: the worktree's id cannot be read.
    """
    from wtc.orchestrator.context.user_state import read_registry

    read_registry(state, report)
    return identify(place, state, engine, listing=listing, create=create).namespace


class Repositories:
    """Facts about repositories, each read once, to judge many stacks before anything is changed."""

    def __init__(self) -> None:
        self._read: dict[str, RepositoryFacts] = {}

    def of(self, identity: Identity) -> RepositoryFacts:
        """Return the repository that a stack's labels record, and whether it has the stack's id."""
        if not identity.git:
            return RepositoryFacts(path="")
        if identity.git not in self._read:
            self._read[identity.git] = read_repository(identity.git)
        found = self._read[identity.git]
        return replace(found, known=bool(found.inode) and has_record(identity.git, identity.id))


def judge_stack(stack: LabelledStack, host: str, repositories: Repositories) -> Judgement:
    """Judge whether the stack's worktree is gone."""
    repository = repositories.of(stack.identity)
    moved = [read_path(p) for p in repository.moved.get(stack.identity.id, ()) if p != stack.worktree]
    return judge_gone(stack, read_path(stack.worktree), repository, host, moved=moved)


def holder_path(worktree_id: str, repositories: Sequence[RepositoryFacts], *, other_than: str = "") -> str:
    """Return the path of a worktree that holds or may hold the id, even if moved by hand; empty if none does."""
    held = find_possible_holder(worktree_id, repositories, other_than=other_than)
    return held or recorded_holder_path(worktree_id, repositories, other_than=other_than)


def recorded_holder_path(worktree_id: str, repositories: Sequence[RepositoryFacts], *, other_than: str = "") -> str:
    """Return the path of a recorded move at which a worktree holds the id; git may still list its former path."""
    paths = (path for r in repositories for path in r.moved.get(worktree_id, ()) if worktree_id and path != other_than)
    return next((path for path in paths if read_path(path).id == worktree_id), "")


def stack_standings(
    here: WorktreeFacts, stacks: Sequence[LabelledStack], repositories: Repositories, *, every_project: bool = False
) -> list[tuple[LabelledStack, Standing, str]]:
    """Return how each stack with the worktree's id, path or folder relates to it, with the reason of a conflict.

    Only stacks of the same project folder, unless `every_project`.
    """
    found: list[tuple[LabelledStack, Standing, str]] = []
    for stack in stacks:
        if _is_candidate(stack, here) and (every_project or _same_project(stack, here, stacks)):
            place = read_path(stack.worktree) if stack.worktree != here.path else PathFacts.unread(here.path)
            holder = _other_holder(stack, here, repositories)
            which, reason = stack_standing(stack, here, place, holder=holder, legacy=here.identity.legacy)
            if which is not Standing.UNRELATED:
                found.append((stack, which, reason))
    return found


def _other_holder(stack: LabelledStack, here: WorktreeFacts, known: Repositories) -> str:
    """Return the path of another worktree that may have the stack's id; empty for a stack of this id and path."""
    if stack.identity.id != here.identity.id:
        repositories = _distinct(known, stack.identity, here.identity)
        return holder_path(stack.identity.id, repositories, other_than=here.path)
    if stack.worktree == here.path:
        return ""
    return find_duplicate(here.identity, _distinct(known, stack.identity, here.identity))


def _identify(
    place: Place, state: "UserState", here: WorktreeFacts, stacks: Sequence[LabelledStack]
) -> IdentifiedStack:
    repositories = Repositories()
    found = stack_standings(here, stacks, repositories)
    former = tuple(
        FormerStack(
            stack=stack, judgement=judge_stack(stack, here.identity.host, repositories), held=which is Standing.HELD
        )
        for stack, which, _ in found
        if which in {Standing.FORMER, Standing.HELD}
    )
    known = _registered_namespace(here, state)
    for wanted in (Standing.OWN, Standing.MOVED):
        if own := [stack for stack, which, _ in found if which is wanted]:
            stack = _preferred_stack(own, known)
            return IdentifiedStack(
                namespace=namespace_of_worktree(stack, here),
                present=True,
                moved_from=stack.worktree if wanted is Standing.MOVED else "",
                former=former,
                here=here,
            )
    if conflicts := [(stack, reason) for stack, which, reason in found if which is Standing.CONFLICT]:
        raise _identity_conflict(conflicts)
    if known and known.name not in {s.namespace for s in stacks}:
        return IdentifiedStack(namespace=known, former=former, here=here)
    return IdentifiedStack(
        namespace=_new_namespace(place, here, stacks, state, fresh=bool(former)), former=former, here=here
    )


def _is_candidate(stack: LabelledStack, here: WorktreeFacts) -> bool:
    """Return whether the stack has the id, the path, or the folder of this worktree."""
    ids = {here.identity.id, here.copied_id} - {""}
    folder = stack.identity.inode != 0 and stack.identity.inode == here.identity.inode
    return stack.identity.id in ids or stack.worktree in {here.path, *here.identity.former_paths} or folder


def _same_project(stack: LabelledStack, here: WorktreeFacts, stacks: Iterable[LabelledStack]) -> bool:
    """Return whether the stack has the same project folder, relative to the worktree's top."""
    folder = stack.identity.directory
    if folder:
        return _same_folder(folder, here.identity.directory) or (
            os.path.relpath(folder, stack.worktree) == os.path.relpath(here.identity.directory, here.path)
        )
    # Volumes and networks of the version before do not record the folder: whichever project took them over has them.
    return not any(s.namespace == stack.namespace and s.identity.directory for s in stacks)


def _same_folder(one: str, other: str) -> bool:
    """Return whether two spellings lead to one folder. An older wtc recorded the folder as the user spelled it."""
    return one == other or os.path.realpath(one) == other


def _preferred_stack(own: Sequence[LabelledStack], known: Namespace | None) -> LabelledStack:
    """Return the registry's stack of several, else the one with containers."""
    by_name = [s for s in own if known and s.namespace == known.name]
    return next(iter(by_name), max(own, key=lambda s: (s.containers, bool(s.volumes))))


def namespace_of_worktree(stack: LabelledStack, here: WorktreeFacts) -> Namespace:
    """Return the namespace of the worktree's stack."""
    paths = {*here.identity.former_paths, stack.worktree} - {here.path}
    folder = stack.identity.directory
    spellings = (folder,) if folder and _same_folder(folder, here.identity.directory) else ()
    return Namespace(
        name=stack.namespace,
        worktree=here.path,
        identity=replace(here.identity, former_paths=tuple(sorted(paths)), spellings=spellings),
    )


def _new_namespace(
    place: Place, here: WorktreeFacts, stacks: Iterable[LabelledStack], state: "UserState", *, fresh: bool = False
) -> Namespace:
    records = state.store.read().stacks.values()
    others = [r for r in records if not _is_this_worktree(r.worktree, r.id, here)]
    fresh = fresh or any(r.worktree == here.path for r in others)
    taken = {stack.namespace for stack in stacks} | {r.namespace for r in others}
    name = free_name(site_of(place), taken, fresh_for=here.identity.id if fresh else "")
    return Namespace(name=name, worktree=here.path, identity=here.identity)


def _registered_namespace(here: WorktreeFacts, state: "UserState", *, anywhere: bool = False) -> Namespace | None:
    """Return the registry's namespace for this worktree and project folder; with `anywhere` even after a move."""
    folder = os.path.relpath(here.identity.directory, here.path)
    for record in state.store.read().stacks.values():
        if record.directory and os.path.relpath(record.directory, record.worktree) != folder:
            continue
        moved = anywhere and bool(record.id) and record.id == here.identity.id
        if moved or _is_this_worktree(record.worktree, record.id, here):
            return Namespace(name=record.namespace, worktree=here.path, identity=here.identity)
    return None


def _is_this_worktree(worktree: str, worktree_id: str, here: WorktreeFacts) -> bool:
    # An entry without an id was made by an older wtc, or before the folder became a git worktree.
    return worktree == here.path and worktree_id in {"", here.identity.id}


def _distinct(repositories: Repositories, *identities: Identity) -> list[RepositoryFacts]:
    return [repositories.of(i) for i in {i.git: i for i in identities if i.git}.values()]


def _identity_conflict(conflicts: Sequence[tuple[LabelledStack, str]]) -> ConflictError:
    name = conflicts[0][0].namespace
    return ConflictError(
        f"it is not proved that stack `{name}` belongs to this worktree",
        causes=[f"stack `{stack.namespace}` has this worktree's id, but {reason}" for stack, reason in conflicts],
        hints=[
            f"to take it over, run `wtc up --adopt --stack {name}`",
            f"to delete it with its volumes, run `wtc clean --stack {name}`",
        ],
    )
