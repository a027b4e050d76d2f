"""`up --foreground` after the stack is up: follow the output of its containers until all have ended.

Source: docker/compose, pkg/compose/up.go (2.40): which services are attached, and which of them end the command.
"""

import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from enum import StrEnum

from wtc.dataclass import dataclass
from wtc.errors import WtcError
from wtc.events import Note, Reporter, warn
from wtc.interruption import join_in_turns
from wtc.model.namespace import Namespace
from wtc.orchestrator.context.open_engine import open_engine
from wtc.orchestrator.context.target import Target
from wtc.static_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wtc.engine.client.connection import Engine
    from wtc.engine.logs.log_window import LogSource
    from wtc.orchestrator.logs import StackLine


class OnExit(StrEnum):
    """What the end of a container does to the others."""

    CONTINUE = "continue"
    STOP = "stop"
    STOP_ON_FAILURE = "stop on failure"


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachRequest:
    """Which services of a stack are watched, and how."""

    namespace: Namespace
    awaited: frozenset[str]
    """Services until whose end the stack is watched."""
    shown: frozenset[str]
    """Services whose output is read."""
    replicas: tuple[tuple[str, int], ...]
    """Service and number of the stack's containers."""
    started: frozenset[tuple[str, int]]
    """Service and number of the containers that this `up` has started."""
    begun_s: float
    """When `up` started, in seconds since 1970 by this machine's clock."""
    begun_monotonic_s: float
    on_exit: OnExit = OnExit.CONTINUE
    exit_code_from: str = ""
    """The service whose exit status is returned; empty: see `AttachedStack.exit_status`."""
    named: tuple[str, ...] = ()
    """The services to stop where `on_exit` says so; empty: all."""
    stop_timeout_s: int | None = None
    is_replacing: Callable[[str], bool] = lambda _service: False
    """Whether the containers of a service end because others take their place: such an end does not count."""
    is_held: Callable[[], bool] = lambda: False
    """Whether containers are about to start, so that the end of all does not end the watching."""


class AttachedStack:
    """A stack that is watched until the containers of the awaited services have ended."""

    def __init__(
        self, engine: "Engine", target: Target, request: AttachRequest, report: Reporter, *, since: str
    ) -> None:
        self._engine, self._target, self._request, self._report = engine, target, request, report
        self._since = since
        self._exits: list[tuple[str, int]] = []
        """Service and exit status of each container that has ended, in order."""
        self._cause: int | None = None
        """The exit status for which the other containers are stopped."""
        self._stopping: threading.Thread | None = None
        self._failure: WtcError | None = None

    def lines(self) -> "Generator[list[StackLine]]":
        """Yield what the shown containers write from the start of this `up`, until all awaited ones have ended.

        Raises:
            EngineUnreachableError: the engine no longer answers.
            WtcError: `on_exit` stops the containers, and one could not be stopped.
        """
        from wtc.engine.logs.follow import follow_logs
        from wtc.engine.logs.log_window import LogWindow
        from wtc.orchestrator.logs import StackLine

        request = self._request
        reading = LogWindow(
            wanted=lambda service, _: service in request.shown,
            since=self._since,
            awaited=lambda service: service in request.awaited,
            on_exit=self._on_exit,
            is_held=request.is_held,
        )
        for batch in follow_logs(self._engine, request.namespace, reading, warn=lambda text: warn(self._report, text)):
            yield [StackLine(source.service, source.number, line.time, line.text) for source, line in batch]
        if self._stopping is not None:
            join_in_turns(self._stopping)
        if self._failure is not None:
            raise self._failure

    def exit_status(self) -> int:
        """Return the exit status of the requested service, or of the container whose end stopped the others.

        By default, return that of the first container that failed, else 0.
        """
        from wtc.engine.observe.container_exits import container_exits

        wanted = self._request.exit_code_from
        own = [code for service, code in self._exits if service == wanted]
        if own:
            return own[0]
        if self._cause is not None and not wanted:
            return self._cause
        services = {wanted} if wanted else self._request.awaited
        ended = container_exits(self._engine, self._request.namespace, lambda service: service in services)
        return next((e.exit_code for e in ended if e.exit_code), 0)

    def _on_exit(self, source: "LogSource", status: int | None) -> None:
        """Record the end of a container. `status` is None for one that had ended before it was watched."""
        from wtc.engine.observe.container_exits import exit_code

        if status is None:
            if (source.service, source.number) not in self._request.started:
                return
            status = exit_code(self._engine, source.id) or 0
        elif self._request.is_replacing(source.service):
            return
        self._exits.append((source.service, status))
        name = f"service `{source.service}`" if source.number == 1 else f"replica {source.number} of `{source.service}`"
        self._report(Note(text=f"{name} exited with status {status}"))
        how = self._request.on_exit
        if self._cause is None and (how is OnExit.STOP or (how is OnExit.STOP_ON_FAILURE and status)):
            self._cause = status
            self._report(Note(text=f"stopping the containers, because {name} exited"))
            # A thread, so that the output of the containers that stop is still printed.
            self._stopping = threading.Thread(target=self._stop, name="stop", daemon=True)
            self._stopping.start()

    def _stop(self) -> None:
        from wtc.orchestrator.lifecycle import LifecycleRequest, LifecycleVerb, change_lifecycle

        request = LifecycleRequest(
            verb=LifecycleVerb.STOP, services=self._request.named, timeout_s=self._request.stop_timeout_s
        )
        try:
            change_lifecycle(self._target, request, self._report, threading.Event())
        except WtcError as error:
            self._failure = error


@contextmanager
def attach_stack(target: Target, request: AttachRequest, report: Reporter) -> Generator[AttachedStack]:
    """Watch the services of a stack.

    Raises:
        EngineUnreachableError: no engine answers.
    """
    from wtc.engine.observe.container_exits import engine_clock_s

    with open_engine(target) as engine:
        yield AttachedStack(engine, target, request, report, since=str(_since_s(request, engine_clock_s(engine))))


def _since_s(request: AttachRequest, engine_s: int | None) -> int:
    """Return when `up` started by the engine's clock, which may differ from this machine's; either clock may jump.

    The earlier of two answers: to show a line of a time before is better than to miss one.
    """
    now_s, elapsed_s = time.time(), time.monotonic() - request.begun_monotonic_s
    if engine_s is None:
        engine_s = int(now_s)
    # The API gives the clock in whole seconds.
    return min(int(request.begun_s) + engine_s - int(now_s), int(engine_s - elapsed_s))
