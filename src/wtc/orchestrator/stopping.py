"""Stopping a stack after its `up --foreground` was broken off, maybe in the midst of a call."""

import threading
from contextlib import nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING

from wtc.config import config_dir
from wtc.errors import EngineUnreachableError, WtcError
from wtc.events import Reporter
from wtc.orchestrator.down import DownRequest, take_down
from wtc.orchestrator.identify import namespace_for
from wtc.orchestrator.locks import lock_if_possible, seize_lock
from wtc.orchestrator.stack import Home, engine_of, open_home
from wtc.orchestrator.target import Target, locate
from wtc.registry.store import Store

if TYPE_CHECKING:
    from wtc.engine.connection import Engine
    from wtc.model.namespace import Namespace

LOOKS = 10
PAUSE_S = 0.3
"""What the engine was asked for by who was killed it still does: after a look there is another one."""


def seize(target: Target, namespace: "Namespace") -> int | None:
    """The stack's lock, for the process that is going to stop it; None where somebody has it, or nobody can."""
    return seize_lock(Store(config_dir(target.environment)), namespace.worktree)


def stop_stack(target: Target, directory: str, report: Reporter, *, locked: bool) -> None:
    """`down`, again and again until a look finds nothing; `locked` where this process has the lock by inheritance.

    `directory` is the project folder.

    Raises:
        WtcError: something could not be removed.
    """
    located = replace(locate(target), directory=directory)
    home = open_home(target, report)
    with engine_of(target) as engine:
        namespace = namespace_for(located, home, engine, report)
        with nullcontext() if locked else lock_if_possible(home, namespace.worktree, report):
            _until_nothing_is_left(engine, home, namespace, report)


def _until_nothing_is_left(engine: "Engine", home: Home, namespace: "Namespace", report: Reporter) -> None:
    pause = threading.Event()
    failure: WtcError | None = None
    for look in range(LOOKS):
        if look:
            pause.wait(PAUSE_S)
        try:
            plan = take_down(engine, home, namespace, DownRequest(), report, threading.Event())
        except EngineUnreachableError:
            raise
        except WtcError as error:
            failure = error
        else:
            failure = None
            if look and not plan:
                return
    if failure is not None:
        raise failure
