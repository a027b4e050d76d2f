"""Check the registry against the labels on the engine, and where the worktrees of the stacks are."""

import os
from collections.abc import Iterable, Iterator, Sequence

from wtc.doctor.finding import Finding, error_findings, failed, passed
from wtc.model.identity import LabelledStack, Presence, WorktreeLocation
from wtc.registry.stack_records import StackRecords
from wtc.worktrees.identity_facts import read_path


def compare_registry(records: StackRecords, stacks: Sequence[LabelledStack] | None) -> Iterator[Finding]:
    """Check the registry, and compare it with the stacks on the engine if they are known."""
    for text in records.warnings:
        yield failed("registry", text, "to register a stack again, run `wtc up` in its worktree")
    if records.refusal is not None:
        yield from error_findings("registry", records.refusal)
    ports = sum(len(record.ports) for record in records.stacks.values())
    on_engine = "" if stacks is None else f"; the engine has {_count_text(len(stacks), 'stack')} by label"
    if not records.warnings and records.refusal is None:
        yield passed(
            "registry",
            f"{_count_text(len(records.stacks), 'stack')} with {_count_text(ports, 'leased port')}{on_engine}",
        )
    empty = [r for r in records.stacks.values() if not any(s.namespace == r.namespace for s in stacks or ())]
    missing = sorted({r.worktree for r in empty if read_path(r.worktree).presence is Presence.MISSING})
    if missing:
        hint = "to free the leases, run `wtc clean --gone`"
        yield failed(
            "registry", f"ports are leased to worktrees whose folders are missing: {_quoted_paths(missing)}", hint
        )
    if stacks is not None:
        unknown = sorted(
            {s.worktree for s in stacks if s.namespace not in records.stacks and os.path.isdir(s.worktree)}
        )
        if unknown:
            stacks_of = _count_text(len(unknown), "worktree")
            yield passed("labels", f"the stacks of {stacks_of} enter the registry at their next `wtc up`")


def check_locations(locations: Iterable[tuple[str, WorktreeLocation]]) -> Iterator[Finding]:
    """Check where the worktrees of the stacks are, given the path of each and its location.

    Never suggest removing a stack whose worktree may still exist.
    """
    found: dict[WorktreeLocation, set[str]] = {}
    for path, location in locations:
        found.setdefault(location, set()).add(path)
    for location, (text, hint) in _AT_LOCATION.items():
        if paths := sorted(found.get(location, ())):
            yield (
                failed("worktrees", f"{text}: {_quoted_paths(paths)}", hint)
                if hint
                else passed("worktrees", f"{text}: {_quoted_paths(paths)}")
            )
    if not found.keys() & _AT_LOCATION.keys():
        yield passed("worktrees", "every stack's worktree is where the stack was created")


_AT_LOCATION = {
    WorktreeLocation.GONE: ("stacks remain from worktrees that are gone", "to remove them, run `wtc clean --gone`"),
    WorktreeLocation.PRUNABLE: (
        "git lists worktrees whose folders are missing",
        "to repair a moved one, run `git worktree repair PATH`; to remove an entry, run `git worktree prune`",
    ),
    WorktreeLocation.FORMER: (
        "stacks remain from former worktrees, at paths where another worktree is now",
        "to remove one, run `wtc clean --former` in the worktree; to take it over, run `wtc up --adopt`",
    ),
    WorktreeLocation.MOVED: ("worktrees that moved with their stacks", ""),
    WorktreeLocation.UNPROVED: (
        "wtc cannot prove that worktrees are gone",
        "if they are on another disk, mount it; to see the reasons, run `wtc clean --gone --dry-run`",
    ),
    WorktreeLocation.OTHER_HOST: ("stacks that were created on another host", ""),
}
"""What `doctor` reports about stacks whose worktrees are not where they were created, and the hint, if any."""


def _count_text(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _quoted_paths(paths: list[str]) -> str:
    shown = ", ".join(f"`{path}`" for path in paths[:3])
    return f"{shown} and {len(paths) - 3} more" if len(paths) > 3 else shown
