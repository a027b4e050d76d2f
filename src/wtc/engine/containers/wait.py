"""Waiting until a container is started, healthy or completed: inspect, and inspect again when something happened.

Source: Engine API, `GET /containers/{id}/json` (State), `POST /containers/{id}/wait`.
"""

import contextlib
import threading
from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING

from wtc.engine.client.json_access import get_number
from wtc.engine.client.output_stream import shut_stream
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
from wtc.engine.observe.event_watch import LOOK_AGAIN_S, EventWatch
from wtc.errors import ContainerFailedError, InterruptedByUserError, NotFoundError, WtcError
from wtc.model.failed_container import FailedContainer
from wtc.model.plan import Condition, WaitContainer

if TYPE_CHECKING:
    from requests import Response

    from wtc.engine.client.connection import Engine

SETTLED_BY_DATE_S = 2.0
"""`SETTLED_S` by the engine's `Date`, which knows whole seconds only."""
SLOW_S = 5.0
"""After so long a wait is reported even if the container's state does not show what is missing."""
LOG_LINES = 20


def wait_for_container(
    engine: "Engine", operation: WaitContainer, watch: EventWatch, stop: threading.Event, report: Callable[[str], None]
) -> None:
    """Return when the condition holds; report what is missing until then, each time it changes.

    Raises: ContainerFailedError if it cannot hold any more, or not within the time; InterruptedByUserError.
    """
    with contextlib.closing(_Wait(engine, operation, watch)) as run:
        while True:
            mark = watch.mark()
            if (why := run.look()) is not None:
                if why:
                    raise run.failure(why)
                return
            left_s = LOOK_AGAIN_S if operation.timeout_s is None else operation.timeout_s - run.waited_s
            if left_s <= 0:
                raise run.failure(f"is not {_GOALS[operation.condition]} after {operation.timeout_s:g} s", late=True)
            if stop.is_set():
                raise InterruptedByUserError("interrupted")
            if text := run.news():
                report(text)
            run.watch_exit()
            watch.wait_for_change(mark, min(LOOK_AGAIN_S, run.pause_s, left_s), stop)


class _Wait:
    """One wait: what the looks have shown so far."""

    def __init__(self, engine: "Engine", operation: WaitContainer, watch: EventWatch) -> None:
        self._engine, self._operation, self._watch = engine, operation, watch
        self._begun = monotonic()
        self._running = _Running()
        self._exit_watch: _ExitWatch | None = None
        self._first: ContainerState | None = None
        self._seen: ContainerState
        self._last_exit: int | None = None
        self._said = ""

    @property
    def waited_s(self) -> float:
        return monotonic() - self._begun

    @property
    def pause_s(self) -> float:
        return self._running.pause_s

    def look(self) -> str | None:
        """As `judge_condition`."""
        seen = _inspect(self._engine, self._operation)
        if self._operation.resumed:
            self._first = self._first or seen
            seen = since_earlier(self._first, seen)
        self._seen = seen
        if seen.state == "restarting":
            self._last_exit = seen.exit_code
        running_s = self._running.seconds(seen)
        why = judge_condition(self._operation.condition, seen, running_s=running_s, waited_s=self.waited_s)
        return why if why is not None else self._exit()

    def watch_exit(self) -> None:
        """A restart policy may hide an exit from the looks."""
        if self._operation.condition is Condition.COMPLETED and self._seen.state == "running" and not self._exit_watch:
            self._exit_watch = _ExitWatch(self._engine, self._operation.container.key, self._watch)

    def news(self) -> str:
        """What is waited for, if it is not what was reported before."""
        text = pending_text(self._seen)
        if not text and not self._said and self.waited_s >= SLOW_S:
            text = f"not {_GOALS[self._operation.condition]} yet"
        if text == self._said:
            return ""
        self._said = text or self._said
        return text

    def failure(self, why: str, *, late: bool = False) -> ContainerFailedError:
        seen, operation = self._seen, self._operation
        causes: list[str] = []
        if seen.engine_error:
            causes.append(seen.engine_error)
        if seen.health in {"starting", "unhealthy"} and seen.health_line:
            causes.append(f"its healthcheck says: {seen.health_line}")
        if late and self._last_exit is not None:
            causes.append(f"it exited {seen.restarts} times, the last time with status {self._last_exit}")
        detail = ""
        # Its logs help, and are not what failed.
        with contextlib.suppress(WtcError):
            detail = tail_lines(self._engine, operation.container.key, LOG_LINES, tty=seen.tty)
        subject = f"service `{seen.service}`: container" if seen.service else "container"
        name = seen.name or operation.container.name
        failed = FailedContainer(
            service=seen.service,
            name=name,
            state=seen.state,
            exit_status=last_exit_status(seen, earlier=self._last_exit),
            health=seen.health,
            log_lines=tuple(detail.splitlines()),
        )
        return ContainerFailedError(
            f"{subject} `{name}` {why}",
            causes=causes,
            hints=(f"to see all of its logs, run `wtc logs {seen.service}`",) if seen.service else (),
            detail=detail,
            containers=(failed,),
        )

    def close(self) -> None:
        if self._exit_watch is not None:
            self._exit_watch.close()

    def _exit(self) -> str | None:
        """Status 0 completes a job, even if it is restarted by now; after any other one the looks decide."""
        if self._exit_watch is None or self._exit_watch.status is None:
            return None
        status = self._exit_watch.status
        self._exit_watch = None
        if status:
            self._last_exit = status
        return None if status else ""


class _Running:
    """How long a container has been seen to run, from one look to the next."""

    def __init__(self) -> None:
        self._started = ""
        self._since = 0.0
        self.pause_s = LOOK_AGAIN_S

    def seconds(self, seen: ContainerState) -> float:
        if seen.state != "running":
            self._started = ""
            return 0.0
        if seen.started != self._started:
            self._started, self._since = seen.started, monotonic()
        watched = monotonic() - self._since
        self.pause_s = SETTLED_S - watched if watched < SETTLED_S else LOOK_AGAIN_S
        return max(watched, seen.age_s if seen.age_s >= SETTLED_BY_DATE_S else 0.0)


class _ExitWatch:
    """The engine's own wait for the next exit, on a thread that `close` ends. `status`: None until then."""

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
                shut_stream(self._response)

    def _wait(self) -> None:
        doing = f"wait for container `{self._container}`"
        with contextlib.suppress(WtcError), self._engine.mapping(doing):
            response = self._engine.call("POST", f"/containers/{self._container}/wait", doing=doing, stream=True)
            with self._lock:
                self._response = response
                if self._closed:
                    shut_stream(response)
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
            f"container `{operation.container.name}` is gone while it was waited for", causes=error.causes
        ) from error
    return container_state(response.json(), response.headers.get("Date", ""))
