"""What the commands that talk to the engine have in common: the namespace, the engine, the registry."""

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wtc.config import Settings, config_dir, load
from wtc.events import Note, Reporter, Warned
from wtc.model.diagnostic import Diagnostic, Severity
from wtc.model.namespace import Namespace
from wtc.orchestrator.target import Target
from wtc.registry.store import Store

if TYPE_CHECKING:
    from collections.abc import Generator

    from wtc.engine.connection import Engine


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """wtc's own state: the registry, and the settings."""

    store: Store
    settings: Settings


def open_home(target: Target, report: Reporter) -> Home:
    """The registry and the settings of this user.

    Raises:
        UsageError: a setting says what cannot be.
    """
    store = Store(config_dir(target.environment), waiting=lambda line: report(Note(text=line)))
    return Home(store=store, settings=load(target.environment))


@contextmanager
def engine_of(target: Target) -> "Generator[Engine]":
    """The engine, for as long as the command needs it.

    Raises:
        EngineUnreachableError: none answers.
    """
    from wtc.engine.connection import connect

    engine = connect(context=target.context, environment=target.environment)
    try:
        yield engine
    finally:
        engine.close()


def namespace_for(worktree: str, home: Home, engine: "Engine | None", report: Reporter) -> Namespace:
    """The worktree's namespace: the registry's, else the engine's labels', else a new one. Writes nothing."""
    from wtc.project import distinct

    ledger = home.store.read()
    for text in ledger.warnings:
        warn(report, text)
    if record := ledger.stacks.get(worktree):
        return Namespace(name=record.namespace, worktree=worktree)
    known = ledger.namespaces()
    if engine is not None:
        from wtc.engine.observe import namespaces

        known = {**known, **namespaces(engine)}
    return distinct(worktree, known)


def warn(report: Reporter, text: str, *, hint: str = "") -> None:
    """A warning with no place in a file."""
    report(Warned(diagnostic=Diagnostic(message=text, severity=Severity.WARNING, hint=hint)))
