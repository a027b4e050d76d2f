"""Stopping a stack after its `up --foreground` was broken off, maybe in the midst of a call."""

import os
import threading
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING

from wtc.errors import EngineUnreachableError, WtcError
from wtc.events import Reporter
from wtc.orchestrator.context.context import Context, open_context, open_engine
from wtc.orchestrator.context.identify import namespace_for
from wtc.orchestrator.context.stack_lock import inheritable_lock, lock_if_possible
from wtc.orchestrator.context.target import Target, locate
from wtc.orchestrator.down import DownRequest, take_stack_down
from wtc.registry.store import Store
from wtc.settings.settings import config_dir

if TYPE_CHECKING:
    from wtc.engine.client.connection import Engine
    from wtc.model.namespace import Namespace

LOOKS = 10
PAUSE_S = 0.3
"""What the engine was asked for by who was killed it still does: after a look there is another one."""


def log_folder(environment: Mapping[str, str]) -> str:
    """Return the folder with the logs of processes that stop stacks."""
    return os.path.join(config_dir(environment), "logs")


def inherit_lock(target: Target, namespace: "Namespace") -> int | None:
    """The stack's lock, for the process that is going to stop it; None where somebody has it, or nobody can."""
    return inheritable_lock(Store(config_dir(target.environment)), namespace.worktree)


def stop_stack(target: Target, directory: str, report: Reporter, *, locked: bool) -> None:
    """`down`, again and again until a look finds nothing; `locked` where this process has the lock by inheritance.

    `directory` is the project folder.

    Raises:
        WtcError: something could not be removed.
    """
    located = replace(locate(target), directory=directory)
    home = open_context(target, report)
    with open_engine(target) as engine:
        namespace = namespace_for(located, home, engine, report)
        with nullcontext() if locked else lock_if_possible(home, namespace.worktree, report):
            _until_nothing_is_left(engine, home, namespace, report)


def _until_nothing_is_left(engine: "Engine", home: Context, namespace: "Namespace", report: Reporter) -> None:
    pause = threading.Event()
    failure: WtcError | None = None
    for look in range(LOOKS):
        if look:
            pause.wait(PAUSE_S)
        try:
            plan = take_stack_down(engine, home, namespace, DownRequest(), report, threading.Event())
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
