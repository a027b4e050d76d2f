"""Which stacks `clean` removes, and why it leaves the others. See `.context/plans/design.md`."""

from collections.abc import Callable, Sequence
from enum import StrEnum

from wtc.dataclass import dataclass, replace
from wtc.errors import ConflictError, UsageError
from wtc.model.identity import GitState, LabelledStack, PathFacts, Presence
from wtc.model.namespace import Namespace
from wtc.planner.observed.labelled_stacks import namespace_of
from wtc.worktrees.identity import Judgement, Verdict, hidden_reason

MANY = 4
"""With this many stacks or more on a host, removing more than half of them at once needs `--all-gone`."""


class Scope(StrEnum):
    """Which stacks the user means."""

    PROJECT = "project"
    """The stack of the current project folder."""
    WORKTREE = "worktree"
    """All stacks of the worktree that `-w` names."""
    FORMER = "former"
    STACK = "stack"
    GONE = "gone"
    ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class StackToRemove:
    """A stack to remove, and why it may be. `ask`: only after a person has confirmed this one."""

    namespace: Namespace
    why: str
    ask: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptStack:
    """A stack that stays, and why. `present`: its worktree is where it should be, which is the usual case."""

    stack: LabelledStack
    why: str
    present: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanSelection:
    """What is removed, and what of the stacks in question stays."""

    removed: tuple[StackToRemove, ...] = ()
    left: tuple[KeptStack, ...] = ()


def gone_stacks(
    stacks: Sequence[LabelledStack], judge: Callable[[LabelledStack], Judgement], *, host: str, every: bool
) -> CleanSelection:
    """Select the stacks whose worktrees are proved to be gone (`--gone`); those that git lists need a confirmation.

    Raises:
        ConflictError: more than half of this host's stacks would go, without `every` (`--all-gone`).
    """
    removed: list[StackToRemove] = []
    left: list[KeptStack] = []
    for stack in stacks:
        found = judge(stack)
        if found.verdict in {Verdict.GONE, Verdict.PRUNABLE}:
            ask = found.verdict is Verdict.PRUNABLE
            removed.append(StackToRemove(namespace=namespace_of(stack), why=found.reason, ask=ask))
        else:
            left.append(KeptStack(stack=stack, why=found.reason, present=found.verdict is Verdict.PRESENT))
    own = [s for s in stacks if host and s.identity.host == host]
    certain = [c for c in removed if not c.ask]
    if len(own) >= MANY and len(certain) * 2 > len(own) and not every:
        raise ConflictError(
            f"{len(certain)} of the {len(own)} stacks of this host would be removed as gone",
            causes=["so many at once usually mean that a disk is not mounted"],
            hints=[
                "to see why each of them is gone, run `wtc clean --gone --dry-run`",
                "to remove them all the same, run `wtc clean --gone --all-gone`",
            ],
        )
    return CleanSelection(removed=tuple(removed), left=tuple(left))


def all_stacks(stacks: Sequence[LabelledStack], *, host: str) -> CleanSelection:
    """Select every stack that was created on this host (`--all`)."""
    own = [s for s in stacks if host and s.identity.host == host]
    left = [s for s in stacks if s not in own]
    return CleanSelection(
        removed=tuple(StackToRemove(namespace=namespace_of(s), why="it was created on this host") for s in own),
        left=tuple(
            KeptStack(stack=s, why=_not_of_host(s, host) or "an older wtc created it, on no recorded host")
            for s in left
        ),
    )


def named_stack(stacks: Sequence[LabelledStack], name: str) -> CleanSelection:
    """Select the stack that `--stack` names.

    Raises:
        UsageError: the stack does not exist.
    """
    from wtc.nearest_name import nearest_name

    found = [s for s in stacks if s.namespace == name]
    if not found:
        hint = nearest_name(name, [s.namespace for s in stacks])
        raise UsageError(f"no such stack: `{name}`", hints=[hint or "to see which stacks exist, run `wtc ps --all`"])
    return CleanSelection(
        removed=tuple(StackToRemove(namespace=namespace_of(s), why="it is named by `--stack`") for s in found)
    )


def missing_worktree(
    stacks: Sequence[LabelledStack], place: PathFacts, holder: Callable[[LabelledStack], str], *, host: str
) -> CleanSelection:
    """Select the stacks that were created at, or moved to, a folder that is missing (`-w PATH`).

    Less is proved than for `--gone`, because the path is named: it is missing on this host, and no worktree holds the
    id. `holder` returns the path of a worktree that does.
    """
    removed: list[StackToRemove] = []
    left: list[KeptStack] = []
    for stack in stacks:
        if why := _not_missing(stack, place) or _not_of_host(stack, host):
            left.append(KeptStack(stack=stack, why=why))
        elif path := holder(stack):
            left.append(KeptStack(stack=stack, why=f"the worktree `{path}` has its id"))
        else:
            removed.append(StackToRemove(namespace=namespace_of(stack), why="its folder is missing"))
    return CleanSelection(removed=tuple(removed), left=tuple(left))


def _not_missing(stack: LabelledStack, place: PathFacts) -> str:
    if place.presence is Presence.UNKNOWN:
        return f"`{place.path}` is not accessible"
    if why := hidden_reason(stack, place):
        return why
    if place.presence is Presence.MISSING:
        return ""
    remade = bool(stack.identity.id) and place.git is GitState.NONE
    return "" if remade else "its folder exists"


def _not_of_host(stack: LabelledStack, host: str) -> str:
    if stack.legacy:
        return ""
    if not host:
        return "the id of this host is not known"
    return "" if stack.identity.host == host else "it was created on another host"


def former_stacks(stacks: Sequence[LabelledStack], place: PathFacts, *, host: str, why: str) -> CleanSelection:
    """Select the former stacks of a path. `place`: what is at the path now; `why`: why they may be removed."""
    removed: list[StackToRemove] = []
    left: list[KeptStack] = []
    for stack in stacks:
        broken = "the folder's `.git` does not point to a git folder" if place.git is GitState.BROKEN else ""
        if reason := _not_of_host(stack, host) or hidden_reason(stack, place) or broken:
            left.append(KeptStack(stack=stack, why=reason))
        else:
            removed.append(StackToRemove(namespace=namespace_of(stack), why=why))
    return CleanSelection(removed=tuple(removed), left=tuple(left))


def with_legacy(chosen: CleanSelection, stacks: Sequence[LabelledStack], *, local: bool) -> CleanSelection:
    """Keep stacks that an older wtc created if the engine is remote."""
    removed = tuple(
        replace(c, namespace=replace(c.namespace, identity=replace(c.namespace.identity, legacy=local)))
        for c in chosen.removed
    )
    if local:
        return replace(chosen, removed=removed)
    named = {c.namespace.name for c in removed}
    legacy = [s for s in stacks if s.legacy and s.namespace in named]
    return CleanSelection(
        removed=tuple(c for c in removed if c.namespace not in {namespace_of(s) for s in legacy}),
        left=(
            *chosen.left,
            *(KeptStack(stack=s, why="an older wtc created it, and the engine is remote") for s in legacy),
        ),
    )
