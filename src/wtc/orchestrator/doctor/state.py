"""The registry, and what the engine's labels say beside it."""

import os
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from wtc.errors import WtcError
from wtc.model.identity import LabelledStack, Presence
from wtc.orchestrator.doctor.finding import Finding, ill, of_error, well
from wtc.orchestrator.identify import Repositories
from wtc.orchestrator.whereabouts import Place, place_of
from wtc.planner.stacks import labelled_stacks
from wtc.registry.record import Ledger
from wtc.registry.store import Store
from wtc.worktrees.facts import read_path

if TYPE_CHECKING:
    from wtc.engine.connection import Engine


def examine(store: Store, engine: "Engine | None", host: str) -> list[Finding]:
    """The findings; without an engine those that need none."""
    try:
        ledger = store.read()
        stacks = _stacks(engine) if engine else None
    except WtcError as error:
        return of_error("registry", error)
    return [*compare(ledger, stacks), *(places(stacks, host) if stacks is not None else ())]


def compare(ledger: Ledger, stacks: Sequence[LabelledStack] | None) -> Iterator[Finding]:
    """The registry by itself, and against the engine's stacks where those are known."""
    for text in ledger.warnings:
        yield ill("registry", text, "to enter a stack again, run `wtc up` in its worktree")
    if ledger.refusal is not None:
        yield from of_error("registry", ledger.refusal)
    ports = sum(len(record.ports) for record in ledger.stacks.values())
    beside = "" if stacks is None else f"; the engine has {_count(len(stacks), 'stack')} by label"
    if not ledger.warnings and ledger.refusal is None:
        yield well("registry", f"{_count(len(ledger.stacks), 'stack')} with {_count(ports, 'leased port')}{beside}")
    empty = [r for r in ledger.stacks.values() if not any(s.namespace == r.namespace for s in stacks or ())]
    missing = sorted({r.worktree for r in empty if read_path(r.worktree).presence is Presence.MISSING})
    if missing:
        hint = "to free the leases, run `wtc clean --gone`"
        yield ill("registry", f"ports are leased to worktrees whose folders are missing: {_listed(missing)}", hint)
    if stacks is not None:
        unknown = sorted({s.worktree for s in stacks if s.namespace not in ledger.stacks and os.path.isdir(s.worktree)})
        if unknown:
            yield well("labels", f"not in the registry until their next `wtc up`: {_listed(unknown)}")


def places(stacks: Sequence[LabelledStack], host: str) -> Iterator[Finding]:
    """Where the stacks' worktrees are; what may be alive is never recommended for removal."""
    found: dict[Place, list[str]] = {}
    repositories = Repositories()
    for stack in stacks:
        found.setdefault(place_of(stack, host, repositories)[0], []).append(stack.worktree)
    for place, (text, hint) in _OF_PLACE.items():
        if paths := sorted(set(found.get(place, ()))):
            yield (
                ill("worktrees", f"{text}: {_listed(paths)}", hint)
                if hint
                else well("worktrees", f"{text}: {_listed(paths)}")
            )
    if not found.keys() & _OF_PLACE.keys():
        yield well("worktrees", "every stack's worktree is where the stack was created")


_OF_PLACE = {
    Place.GONE: ("stacks are left of worktrees that are gone", "to remove them, run `wtc clean --gone`"),
    Place.PRUNABLE: (
        "git lists worktrees whose folders are missing",
        "to find a moved one again, run `git worktree repair PATH`; to forget one, `git worktree prune`",
    ),
    Place.FORMER: (
        "former worktrees left stacks at paths that have another worktree now",
        "to remove one, run `wtc clean --former` in the worktree; to take it over, `wtc up --adopt`",
    ),
    Place.MOVED: ("stacks of worktrees that have moved, which their next `wtc up` adopts", ""),
    Place.UNPROVED: (
        "it is not proved whether worktrees are gone",
        "to see why, run `wtc clean --gone --dry-run`; mount the disk they are on, if they are on one",
    ),
    Place.OTHER_HOST: ("stacks that were created on another host", ""),
}
"""What `doctor` reports about stacks whose worktrees are not where they were created, and the hint, if any."""


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _listed(paths: list[str]) -> str:
    shown = ", ".join(f"`{path}`" for path in paths[:3])
    return f"{shown} and {len(paths) - 3} more" if len(paths) > 3 else shown


def _stacks(engine: "Engine") -> tuple[LabelledStack, ...]:
    from wtc.engine.observe import list_engine

    return labelled_stacks(list_engine(engine))
