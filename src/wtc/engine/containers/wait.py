"""Wait until a container is started, healthy or completed: by its events, and by inspections where they are not enough.

Source: Engine API, `GET /containers/{id}/json` (State).
"""

import contextlib
import math
import threading
from collections.abc import Callable
from time import monotonic

from wtc.engine.containers.readiness import (
    SETTLED_S,
    ContainerState,
    container_state,
    health_check,
    judge_condition,
    last_exit_status,
    pending_text,
    since_earlier,
)
from wtc.engine.logs.history import tail_lines
from wtc.engine.observe.event_watch import RECHECK_S, ContainerEvents, EventWatch
from wtc.errors import ContainerFailedError, InterruptedByUserError, NotFoundError, WtcError
from wtc.model.diagnostic import FailedContainer
from wtc.model.plan import Condition, WaitContainer
from wtc.static_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wtc.engine.client.connection import Engine

SETTLED_BY_DATE_S = 2.0
"""`SETTLED_S` by the engine's `Date`, which has whole seconds only."""
SLOW_S = 5.0
"""After this time a wait is reported even if the container's state does not show what is missing."""
LOG_LINES = 20


def wait_for_container(
    engine: "Engine", operation: WaitContainer, watch: EventWatch, stop: threading.Event, report: Callable[[str], None]
) -> None:
    """Wait until the condition holds; report what is missing each time it changes.

    Raises: ContainerFailedError if it can no longer hold, or does not hold in time; InterruptedByUserError.
    """
    events = watch.of(operation.container)
    wait = _Wait(engine, operation, events)
    mark = events.mark()
    # Nothing is known of a container that was just started, until it has an event or has settled.
    if not wait.is_decided_by_events() and events.last_exit is None:
        events.wait_for_change(mark, min(wait.settling_s(), wait.remaining_s))
    while True:
        mark = events.mark()
        if wait.is_decided_by_events():
            return
        if (reason := wait.inspect()) is not None:
            if reason:
                raise wait.failure(reason)
            return
        if wait.remaining_s <= 0:
            raise wait.failure(f"is not {_GOALS[operation.condition]} after {operation.timeout_s:g} s", late=True)
        if stop.is_set():
            raise InterruptedByUserError("interrupted")
        if text := wait.pending():
            report(text)
        events.wait_for_change(mark, min(RECHECK_S, wait.pause_s, wait.remaining_s))


class _Wait:
    """One wait: what the inspections have shown so far."""

    def __init__(self, engine: "Engine", operation: WaitContainer, events: ContainerEvents) -> None:
        self._engine, self._operation, self._events = engine, operation, events
        self._begun = monotonic()
        self._running = _Running(started_s=events.started_s)
        self._first: ContainerState | None = None
        self._state: ContainerState
        self._seen_exit: int | None = None
        self._reported = ""

    @property
    def _last_exit(self) -> int | None:
        return self._seen_exit if self._events.last_exit is None else self._events.last_exit

    @property
    def waited_s(self) -> float:
        return monotonic() - self._begun

    @property
    def remaining_s(self) -> float:
        """The time until the timeout; infinite if there is none."""
        timeout_s = self._operation.timeout_s
        return math.inf if timeout_s is None else timeout_s - self.waited_s

    @property
    def pause_s(self) -> float:
        return self._running.pause_s

    def settling_s(self) -> float:
        """Return the time until a container that the plan started has settled; 0 if the plan did not start it."""
        started_s = self._events.started_s
        return 0.0 if started_s is None else max(0.0, started_s + SETTLED_S - monotonic())

    def is_decided_by_events(self) -> bool:
        """Return whether the events since the start are enough: healthy, or ended with status 0."""
        match self._operation.condition:
            case Condition.COMPLETED:
                return self._events.has_succeeded
            case Condition.HEALTHY | Condition.READY:
                return self._events.is_healthy and not self._operation.resumed
            case Condition.STARTED:
                return False

    def inspect(self) -> str | None:
        """Inspect the container; return as `judge_condition`."""
        state = _inspect(self._engine, self._operation)
        if self._operation.resumed:
            self._first = self._first or state
            state = since_earlier(self._first, state)
        self._state = state
        if state.state == "restarting":
            self._seen_exit = state.exit_code
        running_s = self._running.seconds(state)
        return judge_condition(self._operation.condition, state, running_s=running_s, waited_s=self.waited_s)

    def pending(self) -> str:
        """Return what is missing, if it was not reported before."""
        text = pending_text(self._state)
        if not text and not self._reported and self.waited_s >= SLOW_S:
            text = f"not {_GOALS[self._operation.condition]} yet"
        if text == self._reported:
            return ""
        self._reported = text or self._reported
        return text

    def failure(self, reason: str, *, late: bool = False) -> ContainerFailedError:
        state, operation = self._state, self._operation
        causes: list[str] = []
        if state.engine_error:
            causes.append(state.engine_error)
        if state.health in {"starting", "unhealthy"} and state.health_line:
            causes.append(f"last health check: {state.health_line}")
        if late and self._last_exit is not None:
            causes.append(f"it exited {state.restarts} times, the last time with status {self._last_exit}")
        detail = ""
        # An error while reading the logs must not hide the failure.
        with contextlib.suppress(WtcError):
            detail = tail_lines(self._engine, operation.container.key, LOG_LINES, tty=state.tty)
        subject = f"service `{state.service}`: container" if state.service else "container"
        name = state.name or operation.container.name
        failed = FailedContainer(
            service=state.service,
            name=name,
            state=state.state,
            exit_status=last_exit_status(state, earlier=self._last_exit),
            health=state.health,
            health_check=health_check(state),
            log_lines=tuple(detail.splitlines()),
        )
        return ContainerFailedError(
            f"{subject} `{name}` {reason}",
            causes=causes,
            hints=(f"to see all of its logs, run `wtc logs {state.service}`",) if state.service else (),
            detail=detail,
            containers=(failed,),
        )


class _Running:
    """How long a container has been running. `started_s`: when the plan started it (monotonic), None if it did not."""

    def __init__(self, *, started_s: float | None) -> None:
        self._started_s = started_s
        self._started: str = ""
        self._since = 0.0
        self.pause_s = RECHECK_S

    def seconds(self, state: ContainerState) -> float:
        if state.state != "running":
            self._started = ""
            return 0.0
        if state.started != self._started:
            is_first_run = self._started_s is not None and not state.restarts
            self._started, self._since = state.started, (self._started_s or 0.0) if is_first_run else monotonic()
        running_s = monotonic() - self._since
        self.pause_s = SETTLED_S - running_s if running_s < SETTLED_S else RECHECK_S
        return max(running_s, state.age_s if state.age_s >= SETTLED_BY_DATE_S else 0.0)


_GOALS = {
    Condition.STARTED: "started",
    Condition.READY: "ready",
    Condition.HEALTHY: "healthy",
    Condition.COMPLETED: "completed",
}


def _inspect(engine: "Engine", operation: WaitContainer) -> ContainerState:
    doing = f"inspect container `{operation.container.name}`"
    try:
        response = engine.call("GET", f"/containers/{operation.container.key}/json", doing=doing)
    except NotFoundError as error:
        raise ContainerFailedError(
            f"container `{operation.container.name}` was removed while wtc waited for it", causes=error.causes
        ) from error
    return container_state(response.object(), response.header("Date"))
