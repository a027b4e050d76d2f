"""Decide whether a stack belongs to a worktree, and whether the worktree of a stack is gone. Pure.

Without proof, no stack is taken over and nothing is removed. See `.context/plans/design.md`.
"""

from collections.abc import Iterable, Sequence
from enum import StrEnum

from wtc.dataclass import dataclass
from wtc.model.identity import (
    Ancestor,
    GitState,
    Identity,
    LabelledStack,
    Lock,
    PathFacts,
    Presence,
    RepositoryFacts,
)

UNREADABLE = "unreadable"
"""The value for an id that exists and cannot be read, and so could be any id."""


_WAS_MOUNTED = "the worktree was a mount point, and may be unmounted"
_IS_MOUNTED = "something is mounted at its folder"


class Standing(StrEnum):
    """The relation of a stack to a worktree."""

    OWN = "own"
    MOVED = "moved"
    """The worktree's stack, created when the worktree was at another path."""
    FORMER = "former"
    """Created at this path for another worktree; no worktree has its id any more."""
    HELD = "held"
    """Created at this path for a worktree that is now at another path."""
    CONFLICT = "conflict"
    """It has this worktree's id, but nothing proves that it belongs to this worktree."""
    UNRELATED = "unrelated"


class Verdict(StrEnum):
    """Whether the worktree of a stack is gone."""

    GONE = "gone"
    PRUNABLE = "prunable"
    """Its folder is missing and git still lists it: it was removed or moved by hand."""
    PRESENT = "present"
    UNPROVED = "unproved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """A verdict and its reason, as it completes "the worktree is ..., because ..."."""

    verdict: Verdict
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WorktreeFacts:
    """The worktree that a command acts on."""

    path: str
    identity: Identity
    copied_id: str = ""
    """The id of another worktree, in an id file that was copied."""
    copied_from: str = ""
    """The linked worktree that the folder is a copy of."""


def stack_standing(
    stack: LabelledStack, here: WorktreeFacts, place: PathFacts, *, holder: str = "", legacy: bool = False
) -> tuple[Standing, str]:
    """Return the relation of the stack to the worktree, and the reason if it is a conflict.

    `place`: the facts about the path where the stack was created. `holder`: the path of another worktree that has the
    stack's id; for a stack with this worktree's id created at another path, also of one that git only lists with it.
    `legacy`: stacks of an older wtc can belong to the worktree (same compose file, local engine).
    """
    same = stack.worktree == here.path or _same_folder(place, here)
    if stack.identity.id and stack.identity.id == here.identity.id:
        if same:
            return Standing.OWN, ""
        if holder:
            return Standing.CONFLICT, f"the worktree `{holder}` has or may have the same id"
        if stack.worktree in here.identity.former_paths:
            return Standing.OWN, ""
        return _standing_elsewhere(stack, here, place)
    if not same:
        recorded = stack.legacy and legacy and stack.worktree in here.identity.former_paths
        return (Standing.OWN if recorded else Standing.UNRELATED), ""
    if stack.identity.id:
        if here.copied_id == stack.identity.id and stack.identity.host != here.identity.host:
            return Standing.CONFLICT, "it was created at this path on another host, and the id file is a copy"
        return (Standing.HELD if holder else Standing.FORMER), ""
    own = legacy if stack.legacy else _is_same_folder(stack.identity, here.identity)
    return (Standing.OWN if own else Standing.FORMER), ""


def _standing_elsewhere(stack: LabelledStack, here: WorktreeFacts, place: PathFacts) -> tuple[Standing, str]:
    """Return the relation of a stack with this worktree's id that was created at another path."""
    if stack.identity.host != here.identity.host or not stack.identity.host:
        return Standing.CONFLICT, f"it was created at `{stack.worktree}` on another host"
    if place.id and place.id != stack.identity.id and place.git is GitState.WORKTREE:
        return Standing.MOVED, ""
    why = unproved_absence(stack, place, here.identity.host)
    if not why:
        return Standing.MOVED, ""
    return Standing.CONFLICT, f"it was created at `{stack.worktree}`, and {why}"


def unproved_absence(stack: LabelledStack, place: PathFacts, host: str) -> str:
    """Return why it is not proved that the folder of the stack's worktree is missing; empty if it is proved."""
    recorded = stack.identity.parents
    if stack.legacy:
        return "it was created by an older wtc, which recorded no host"
    if not host:
        return "the id of this host is not known"
    if stack.identity.host != host:
        return "it was created on another host"
    if not recorded:
        return "its labels record no folders"
    if recorded[0].mount:
        return _WAS_MOUNTED
    if place.presence is Presence.UNKNOWN:
        return "its folder is not accessible"
    if place.presence is Presence.MISSING:
        return _unproved_parents(recorded[place.depth :], place.parents)
    if why := _present_reason(stack, place):
        return why
    return _unproved_parents(recorded[1:], place.parents[1:])


def _present_reason(stack: LabelledStack, place: PathFacts) -> str:
    """Return why a folder that exists does not count as missing; empty if it does."""
    if place.git is GitState.BROKEN:
        return "its `.git` does not point to a git folder"
    if place.git is GitState.WORKTREE:
        other = place.id and place.id != stack.identity.id
        if other and place.git_inode and place.git_inode == stack.identity.git_inode:
            return ""
        return "its folder exists"
    if not stack.identity.id:
        return "its folder exists"
    # The engine creates missing folders for bind mounts. A filesystem that is mounted there hides the worktree.
    parents = place.parents
    if place.mounted or len(parents) < 2 or parents[0].filesystem != parents[1].filesystem:
        return _IS_MOUNTED
    return ""


def _unproved_parents(recorded: Sequence[Ancestor], found: Sequence[Ancestor]) -> str:
    """Return why the nearest existing folder is not proved to be a parent of the worktree; empty if it is."""
    if why := _other_filesystem(recorded, found):
        return why
    if found[0].inode == recorded[0].inode:
        return ""
    above = len(recorded) > 1 and len(found) > 1
    if above and (found[1].inode, found[1].filesystem) == (recorded[1].inode, recorded[1].filesystem):
        return ""
    return "its parent folder is not the one that it was created in"


def _other_filesystem(recorded: Sequence[Ancestor], found: Sequence[Ancestor]) -> str:
    if not recorded or not found:
        return "its parent folders are not accessible"
    if (found[0].filesystem, found[0].mount) != (recorded[0].filesystem, recorded[0].mount):
        return "it was created on another filesystem than the one that is mounted there"
    return ""


def hidden_reason(stack: LabelledStack, place: PathFacts) -> str:
    """Return why a worktree that is not found at its path may still exist; empty if nothing suggests it.

    Its disk may not be mounted, or another one may be mounted over the path. Weaker than `unproved_absence`.
    """
    recorded = stack.identity.parents
    if not recorded or place.path != stack.worktree:
        return ""
    if recorded[0].mount:
        return _WAS_MOUNTED
    return _IS_MOUNTED if place.mounted else _other_filesystem(recorded[place.depth :], place.parents)


def judge_gone(
    stack: LabelledStack, place: PathFacts, repository: RepositoryFacts, host: str, *, moved: Sequence[PathFacts] = ()
) -> Judgement:
    """Return whether the stack's worktree is gone, with the reason.

    `place`: the facts about the path where the stack was created. `moved`: those about the recorded paths of its moves.
    """
    holder = find_holder(stack.identity.id, [repository])
    holder = holder or next((p.path for p in moved if stack.identity.id and p.id == stack.identity.id), "")
    if holder:
        return Judgement(verdict=Verdict.PRESENT, reason=f"the worktree `{holder}` has its id")
    if unreadable := find_possible_holder(stack.identity.id, [repository]):
        return Judgement(verdict=Verdict.UNPROVED, reason=f"the id of the worktree `{unreadable}` cannot be read")
    if doubt := next((p for p in moved if p.presence is Presence.UNKNOWN or p.git is GitState.BROKEN), None):
        return Judgement(
            verdict=Verdict.UNPROVED, reason=f"it moved to `{doubt.path}`, which cannot be read as a worktree"
        )
    if why := unproved_absence(stack, place, host):
        present = place.presence is Presence.PRESENT and place.git is not GitState.BROKEN
        return Judgement(
            verdict=Verdict.PRESENT if present and why == "its folder exists" else Verdict.UNPROVED, reason=why
        )
    if not stack.identity.git:
        return Judgement(
            verdict=Verdict.UNPROVED, reason="its folder is missing, and no repository proves that it is gone"
        )
    if not repository.inode:
        return Judgement(verdict=Verdict.UNPROVED, reason=f"its repository `{stack.identity.git}` is missing")
    if repository.inode != stack.identity.git_inode or (stack.identity.id and not repository.known):
        return Judgement(verdict=Verdict.UNPROVED, reason=f"`{stack.identity.git}` is another repository")
    paths = {stack.worktree, *repository.moved.get(stack.identity.id, ())}
    listed = [
        e
        for e in repository.worktrees
        if (stack.identity.id and e.id == stack.identity.id) or (e.path in paths and not e.id)
    ]
    if any(e.lock is Lock.LIVE for e in listed):
        return Judgement(verdict=Verdict.UNPROVED, reason="the worktree is locked in git")
    if listed:
        return Judgement(verdict=Verdict.PRUNABLE, reason="its folder is missing, and git still lists it")
    return Judgement(verdict=Verdict.GONE, reason="its folder is gone, and git does not list it")


def find_holder(worktree_id: str, repositories: Iterable[RepositoryFacts], *, other_than: str = "") -> str:
    """Return the path of a worktree that has the id; empty without one."""
    return _find_holding(worktree_id, repositories, other_than) if worktree_id else ""


def find_duplicate(here: Identity, repositories: Iterable[RepositoryFacts]) -> str:
    """Return the path of another worktree that git lists with this worktree's id or an unreadable one; or empty.

    A copied or written id file proves nothing while the worktree that the id was given to may come back.
    """
    entries = (e for r in repositories for e in r.worktrees if e.git_dir != here.git_dir)
    return next((e.path for e in entries if e.id in {here.id, UNREADABLE}), "") if here.id else ""


def find_possible_holder(worktree_id: str, repositories: Iterable[RepositoryFacts], *, other_than: str = "") -> str:
    """Return the path of a worktree that has the id, or whose id cannot be read; empty without one."""
    if not worktree_id:
        return ""
    repositories = tuple(repositories)
    return _find_holding(worktree_id, repositories, other_than) or _find_holding(UNREADABLE, repositories, other_than)


def _find_holding(worktree_id: str, repositories: Iterable[RepositoryFacts], other_than: str) -> str:
    entries = (e for r in repositories for e in r.worktrees if e.holds and e.path != other_than)
    return next((e.path for e in entries if e.id == worktree_id), "")


def _same_folder(place: PathFacts, here: WorktreeFacts) -> bool:
    """Return whether two paths are the same folder, as on a filesystem that ignores case or through a second mount."""
    parents = here.identity.parents
    if place.presence is not Presence.PRESENT or not parents or not place.parents:
        return False
    return (place.parents[0].inode, place.parents[0].filesystem) == (parents[0].inode, parents[0].filesystem)


def _is_same_folder(stack: Identity, here: Identity) -> bool:
    """Return whether a stack without an id was created for this folder."""
    return bool(stack.host) and stack.host == here.host and stack.inode == here.inode != 0
