"""Stop a stack after a signal ended its `up --foreground`, possibly during a request to the engine."""

import os
import threading
from collections.abc import Mapping
from contextlib import nullcontext

from wtc.dataclass import replace
from wtc.errors import EngineUnreachableError, WtcError
from wtc.events import Reporter
from wtc.orchestrator.context.identify import namespace_for
from wtc.orchestrator.context.open_engine import open_engine
from wtc.orchestrator.context.stack_lock import inheritable_lock, lock_if_possible
from wtc.orchestrator.context.target import Target, locate
from wtc.orchestrator.context.user_state import UserState, open_user_state
from wtc.orchestrator.down import DownRequest, take_stack_down
from wtc.registry.store import Store
from wtc.settings.settings import config_dir
from wtc.static_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wtc.engine.client.connection import Engine
    from wtc.model.namespace import Namespace

LOOKS = 10
PAUSE_S = 0.3
"""The engine completes the requests of a killed process, so observe again after this time."""


def log_folder(environment: Mapping[str, str]) -> str:
    """Return the folder for the logs of processes that stop stacks."""
    return os.path.join(config_dir(environment), "logs")


def inherit_lock(target: Target, namespace: "Namespace") -> int | None:
    """Return the stack's lock for the process that stops it; None if it is held or cannot be created."""
    return inheritable_lock(Store(config_dir(target.environment)), namespace.worktree)


def stop_stack(target: Target, directory: str, report: Reporter, *, locked: bool) -> None:
    """Repeat `down` until nothing is left. `locked`: this process has inherited the lock.

    `directory` is the project folder.

    Raises:
        WtcError: something could not be removed.
    """
    located = replace(locate(target), directory=directory)
    state = open_user_state(target, report)
    with open_engine(target) as engine:
        namespace = namespace_for(located, state, engine, report)
        with nullcontext() if locked else lock_if_possible(state, namespace.worktree, report):
            _until_nothing_is_left(engine, state, namespace, report)


def _until_nothing_is_left(engine: "Engine", state: UserState, namespace: "Namespace", report: Reporter) -> None:
    pause = threading.Event()
    failure: WtcError | None = None
    for look in range(LOOKS):
        if look:
            pause.wait(PAUSE_S)
        try:
            plan = take_stack_down(engine, state, namespace, DownRequest(), report, threading.Event())
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
