"""Wait until a container is started, healthy or completed: inspect it, and again after each event.

Source: Engine API, `GET /containers/{id}/json` (State), `POST /containers/{id}/wait`.
"""

import contextlib
import threading
from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING

from wtc.engine.client.json_access import get_number
from wtc.engine.containers.readiness import (
    SETTLED_S,
    ContainerState,
    container_state,
    judge_condition,
    last_exit_status,
    pending_text,
    since_earlier,
)
from wtc.engine.logs.history import tail_lines
from wtc.engine.observe.event_watch import RECHECK_S, EventWatch
from wtc.errors import ContainerFailedError, InterruptedByUserError, NotFoundError, WtcError
from wtc.model.diagnostic import FailedContainer
from wtc.model.plan import Condition, WaitContainer

if TYPE_CHECKING:
    from wtc.engine.client.connection import Engine
    from wtc.engine.client.transport import Response

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
    with contextlib.closing(_Wait(engine, operation, watch)) as wait:
        while True:
            mark = watch.mark()
            if (reason := wait.inspect()) is not None:
                if reason:
                    raise wait.failure(reason)
                return
            remaining_s = RECHECK_S if operation.timeout_s is None else operation.timeout_s - wait.waited_s
            if remaining_s <= 0:
                raise wait.failure(f"is not {_GOALS[operation.condition]} after {operation.timeout_s:g} s", late=True)
            if stop.is_set():
                raise InterruptedByUserError("interrupted")
            if text := wait.pending():
                report(text)
            wait.watch_exit()
            watch.wait_for_change(mark, min(RECHECK_S, wait.pause_s, remaining_s), stop)


class _Wait:
    """One wait: what the inspections have shown so far."""

    def __init__(self, engine: "Engine", operation: WaitContainer, watch: EventWatch) -> None:
        self._engine, self._operation, self._watch = engine, operation, watch
        self._begun = monotonic()
        self._running = _Running()
        self._exit_watch: _ExitWatch | None = None
        self._first: ContainerState | None = None
        self._state: ContainerState
        self._last_exit: int | None = None
        self._reported = ""

    @property
    def waited_s(self) -> float:
        return monotonic() - self._begun

    @property
    def pause_s(self) -> float:
        return self._running.pause_s

    def inspect(self) -> str | None:
        """Inspect the container; return as `judge_condition`."""
        state = _inspect(self._engine, self._operation)
        if self._operation.resumed:
            self._first = self._first or state
            state = since_earlier(self._first, state)
        self._state = state
        if state.state == "restarting":
            self._last_exit = state.exit_code
        running_s = self._running.seconds(state)
        reason = judge_condition(self._operation.condition, state, running_s=running_s, waited_s=self.waited_s)
        return reason if reason is not None else self._exit()

    def watch_exit(self) -> None:
        """Watch for an exit, because a restart between two inspections would hide it."""
        if self._operation.condition is Condition.COMPLETED and self._state.state == "running" and not self._exit_watch:
            self._exit_watch = _ExitWatch(self._engine, self._operation.container.key, self._watch)

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
            log_lines=tuple(detail.splitlines()),
        )
        return ContainerFailedError(
            f"{subject} `{name}` {reason}",
            causes=causes,
            hints=(f"to see all of its logs, run `wtc logs {state.service}`",) if state.service else (),
            detail=detail,
            containers=(failed,),
        )

    def close(self) -> None:
        if self._exit_watch is not None:
            self._exit_watch.close()

    def _exit(self) -> str | None:
        """Status 0 completes a job, even if it was restarted since; after any other status the inspections decide."""
        if self._exit_watch is None or self._exit_watch.status is None:
            return None
        status = self._exit_watch.status
        self._exit_watch = None
        if status:
            self._last_exit = status
        return None if status else ""


class _Running:
    """How long a container has been running, from one inspection to the next."""

    def __init__(self) -> None:
        self._started = ""
        self._since = 0.0
        self.pause_s = RECHECK_S

    def seconds(self, state: ContainerState) -> float:
        if state.state != "running":
            self._started = ""
            return 0.0
        if state.started != self._started:
            self._started, self._since = state.started, monotonic()
        running_s = monotonic() - self._since
        self.pause_s = SETTLED_S - running_s if running_s < SETTLED_S else RECHECK_S
        return max(running_s, state.age_s if state.age_s >= SETTLED_BY_DATE_S else 0.0)


class _ExitWatch:
    """Wait for the next exit through the engine, on a thread that `close` ends. `status`: None until then."""

    def __init__(self, engine: "Engine", container: str, watch: EventWatch) -> None:
        self._engine, self._container, self._watch = engine, container, watch
        self._response: Response | None = None
        self._closed = False
        self._lock = threading.Lock()
        self.status: int | None = None
        threading.Thread(target=self._wait, name="exit", daemon=True).start()

    def close(self) -> None:
        with self._lock:
            self._closed = True
            if self._response is not None:
                self._response.shutdown()

    def _wait(self) -> None:
        doing = f"wait for container `{self._container}`"
        with contextlib.suppress(WtcError), self._engine.mapping(doing):
            response = self._engine.call("POST", f"/containers/{self._container}/wait", doing=doing, stream=True)
            with self._lock:
                self._response = response
                if self._closed:
                    response.shutdown()
            self.status = get_number(response.json(), "StatusCode")
            self._watch.wake()


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
    return container_state(response.json(), response.header("Date"))
