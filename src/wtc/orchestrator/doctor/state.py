"""The registry, and what the engine's labels say beside it."""

import os
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from wtc.errors import WtcError
from wtc.orchestrator.doctor.finding import Finding, ill, of_error, well
from wtc.registry.record import Ledger
from wtc.registry.store import Store

if TYPE_CHECKING:
    from wtc.engine.connection import Engine

_GONE = "to remove what is left of them, run `wtc clean --gone`"


def examine(store: Store, engine: "Engine | None") -> list[Finding]:
    """The findings; without an engine those that need none."""
    try:
        ledger = store.read()
        labels = _labels(engine) if engine else None
    except WtcError as error:
        return of_error("registry", error)
    return list(compare(ledger, labels))


def compare(ledger: Ledger, labels: Mapping[str, str] | None) -> Iterator[Finding]:
    """The registry by itself, and against the engine's labels (namespace -> worktree) where those are known."""
    for text in ledger.warnings:
        yield ill("registry", text, "to enter a stack again, run `wtc up` in its worktree")
    if ledger.refusal is not None:
        yield from of_error("registry", ledger.refusal)
    ports = sum(len(record.ports) for record in ledger.stacks.values())
    beside = "" if labels is None else f"; the engine has {_count(len(labels), 'stack')} by label"
    if not ledger.warnings and ledger.refusal is None:
        yield well("registry", f"{_count(len(ledger.stacks), 'stack')} with {_count(ports, 'leased port')}{beside}")
    if labels is not None:
        yield from _disagreements(ledger.namespaces(), labels)
    worktrees = {*ledger.namespaces().values(), *(labels or {}).values()} - {""}
    gone = sorted(worktree for worktree in worktrees if not os.path.isdir(worktree))
    if gone:
        yield ill("gone folders", f"stacks or leases are left of {_listed(gone)}", _GONE)
    else:
        yield well("gone folders", "every stack's folder is there")


def _disagreements(registry: Mapping[str, str], labels: Mapping[str, str]) -> Iterator[Finding]:
    """Both are namespace -> worktree."""
    for name in sorted(registry.keys() & labels.keys()):
        if labels[name] != registry[name]:
            text = f"stack `{name}` is of `{registry[name]}` in the registry and of `{labels[name]}` by its labels"
            yield ill("labels", text, f"to compare its containers with the file, run `wtc status -w {registry[name]}`")
    unknown = sorted({path for name, path in labels.items() if name not in registry and os.path.isdir(path)})
    if unknown:
        yield well("labels", f"not in the registry until their next `wtc up`: {_listed(unknown)}")


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _listed(paths: list[str]) -> str:
    shown = ", ".join(f"`{path}`" for path in paths[:3])
    return f"{shown} and {len(paths) - 3} more" if len(paths) > 3 else shown


def _labels(engine: "Engine") -> dict[str, str]:
    from wtc.engine.observe import namespaces

    return namespaces(engine)
