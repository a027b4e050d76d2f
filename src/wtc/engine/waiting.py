"""Waiting until a container is started, healthy or done: inspect, and inspect again when something happened.

Source: Engine API, `GET /containers/{id}/json` (State), `POST /containers/{id}/wait`.
"""

import contextlib
import threading
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from time import monotonic
from typing import TYPE_CHECKING, Self

from wtc import labels as label
from wtc.engine.answers import Json, number, part, parts, text
from wtc.engine.logs import tail
from wtc.engine.streams import cut
from wtc.engine.watch import LOOK_AGAIN_S, Watch
from wtc.errors import InterruptedByUserError, NotFoundError, WtcError
from wtc.model.plan import Condition, WaitContainer

if TYPE_CHECKING:
    from requests import Response

    from wtc.engine.connection import Engine

SETTLED_S = 1.0
"""How long a container has to run before it counts as started."""
SETTLED_BY_DATE_S = 2.0
"""The same by the engine's `Date`, which knows whole seconds only."""
LOG_LINES = 20
EXITS = 2
"""So many exits are a restart loop."""
_ENDED = {"exited", "dead", "removing"}


class ContainerFailedError(WtcError):
    """A container did not get to where it was waited for; `detail` has its last log lines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """A container as one look shows it. `age_s`: how long it has run by the engine's clock, 0 where that is unknown."""

    name: str
    service: str
    state: str
    exit_code: int
    health: str
    restarts: int
    tty: bool
    started: str
    age_s: float = 0.0
    health_output: str = ""
    probed: str = ""
    """When the last probe began."""
    engine_error: str = ""


def sight(inspected: Json, date: str) -> Sight:
    """From `GET /containers/{id}/json` and the `Date` of its answer."""
    state, health = part(inspected, "State"), part(inspected, "State", "Health")
    labels = part(inspected, "Config", "Labels")
    checks = parts(health, "Log")
    status = text(health, "Status")
    return Sight(
        name=text(inspected, "Name").removeprefix("/"),
        service=text(labels, label.SERVICE),
        state=text(state, "Status"),
        exit_code=number(state, "ExitCode"),
        health="" if status == "none" else status,
        restarts=number(inspected, "RestartCount"),
        tty=bool(part(inspected, "Config").get("Tty")),
        started=text(state, "StartedAt"),
        age_s=age(text(state, "StartedAt"), date),
        health_output=text(checks[-1], "Output").strip() if checks else "",
        probed=text(checks[-1], "Start") if checks else "",
        engine_error=text(state, "Error"),
    )


def age(started: str, date: str) -> float:
    """Seconds from an RFC 3339 time to an HTTP date; 0 where one of them cannot be read."""
    try:
        begun = datetime.fromisoformat(started[:19]).replace(tzinfo=UTC)
        return max(0.0, (parsedate_to_datetime(date) - begun).total_seconds())
    except (TypeError, ValueError):
        return 0.0


def verdict(condition: Condition, seen: Sight, *, running_s: float) -> str | None:
    """None: look again. Nothing: the condition holds. Else why it never will (after "service `x`: container `y` ").

    `running_s` is how long the container has been seen running without a restart.
    """
    if condition is Condition.READY:
        condition = Condition.HEALTHY if seen.health else Condition.STARTED
    if seen.state in _ENDED:
        return _ended(condition, seen)
    if seen.restarts >= EXITS and (seen.state == "restarting" or running_s < SETTLED_S):
        return f"exits again and again, the last time with status {seen.exit_code}"
    if seen.state != "running":
        return None
    match condition:
        case Condition.HEALTHY:
            return _healthy(seen, running_s)
        case Condition.COMPLETED:
            return None
        case _:
            return "" if running_s >= SETTLED_S else None


def _ended(condition: Condition, seen: Sight) -> str:
    if condition is Condition.HEALTHY:
        return f"exited with status {seen.exit_code} before it was healthy"
    if seen.exit_code == 0 and seen.state == "exited":
        return ""
    when = "" if condition is Condition.COMPLETED else " right after its start"
    return f"exited with status {seen.exit_code}{when}"


def _healthy(seen: Sight, running_s: float) -> str | None:
    match seen.health:
        case "healthy":
            return ""
        case "unhealthy":
            return "is unhealthy"
        case "":
            return "has no healthcheck, so it never gets healthy" if running_s >= SETTLED_S else None
        case _:
            return None


def since(before: Sight, seen: Sight) -> Sight:
    """What a later look shows: being unhealthy counts once there has been another probe."""
    stale = seen.health == "unhealthy" and seen.probed == before.probed
    return replace(seen, health="starting") if stale else seen


def wait(engine: "Engine", operation: WaitContainer, watch: Watch, stop: threading.Event) -> None:
    """Returns when the condition holds.

    Raises: ContainerFailedError where it cannot hold any more, or not within the time; InterruptedByUserError.
    """
    begun = monotonic()
    run = _Running()
    exit_watch: _ExitWatch | None = None
    before: Sight | None = None
    with contextlib.ExitStack() as stack:
        while True:
            mark = watch.mark()
            seen = _look(engine, operation)
            if operation.resumed:
                before = before or seen
                seen = since(before, seen)
            why = verdict(operation.condition, seen, running_s=run.seconds(seen))
            if why is None and exit_watch is not None:
                why = exit_watch.verdict(seen)
            if why is not None:
                if why:
                    raise _failure(engine, operation, seen, why)
                return
            left = None if operation.timeout_s is None else operation.timeout_s - (monotonic() - begun)
            if left is not None and left <= 0:
                raise _failure(engine, operation, seen, f"is not {_goal(operation)} after {operation.timeout_s:g} s")
            if stop.is_set():
                raise InterruptedByUserError("interrupted")
            if operation.condition is Condition.COMPLETED and seen.state == "running" and exit_watch is None:
                exit_watch = stack.enter_context(_ExitWatch(engine, operation.container.key, watch, seen.restarts))
            watch.until_changed(mark, min(LOOK_AGAIN_S, run.pause_s, LOOK_AGAIN_S if left is None else left), stop)


class _Running:
    """How long a container has been seen to run, from one look to the next."""

    def __init__(self) -> None:
        self._started = ""
        self._since = 0.0
        self.pause_s = LOOK_AGAIN_S

    def seconds(self, seen: Sight) -> float:
        if seen.state != "running":
            self._started = ""
            return 0.0
        if seen.started != self._started:
            self._started, self._since = seen.started, monotonic()
        watched = monotonic() - self._since
        self.pause_s = SETTLED_S - watched if watched < SETTLED_S else LOOK_AGAIN_S
        return max(watched, seen.age_s if seen.age_s >= SETTLED_BY_DATE_S else 0.0)


class _ExitWatch:
    """The engine's own wait for an exit, on a thread of its own so that it can be broken off."""

    def __init__(self, engine: "Engine", container: str, watch: Watch, restarts: int) -> None:
        self._engine, self._container, self._watch, self._restarts = engine, container, watch, restarts
        self._response: Response | None = None
        self._closed = False
        self._status: int | None = None
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        threading.Thread(target=self._wait, name="exit", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._closed = True
            if self._response is not None:
                cut(self._response)

    def verdict(self, seen: Sight) -> str | None:
        """A status counts unless the container runs again; then the looks that follow tell."""
        if self._status is None or seen.restarts != self._restarts or seen.state == "restarting":
            return None
        return f"exited with status {self._status}" if self._status else ""

    def _wait(self) -> None:
        doing = f"wait for container `{self._container}`"
        with contextlib.suppress(WtcError), self._engine.mapping(doing):
            response = self._engine.call("POST", f"/containers/{self._container}/wait", doing=doing, stream=True)
            with self._lock:
                self._response = response
                if self._closed:
                    cut(response)
            self._status = number(response.json(), "StatusCode")
            self._watch.wake()


def _goal(operation: WaitContainer) -> str:
    return {
        Condition.STARTED: "started",
        Condition.READY: "ready",
        Condition.HEALTHY: "healthy",
        Condition.COMPLETED: "done",
    }[operation.condition]


def _look(engine: "Engine", operation: WaitContainer) -> Sight:
    doing = f"inspect container `{operation.container.name}`"
    try:
        response = engine.call("GET", f"/containers/{operation.container.key}/json", doing=doing)
    except NotFoundError as error:
        raise ContainerFailedError(
            f"container `{operation.container.name}` is gone while it was waited for", causes=error.causes
        ) from error
    return sight(response.json(), response.headers.get("Date", ""))


def _failure(engine: "Engine", operation: WaitContainer, seen: Sight, why: str) -> ContainerFailedError:
    causes: list[str] = []
    if seen.engine_error:
        causes.append(seen.engine_error)
    if seen.health in {"starting", "unhealthy"} and seen.health_output:
        causes.append(f"its healthcheck says: {seen.health_output.splitlines()[-1].strip()}")
    detail = ""
    # What it has logged helps, and is not what failed.
    with contextlib.suppress(WtcError):
        detail = tail(engine, operation.container.key, LOG_LINES, tty=seen.tty)
    subject = f"service `{seen.service}`: container" if seen.service else "container"
    name = seen.name or operation.container.name
    return ContainerFailedError(
        f"{subject} `{name}` {why}",
        causes=causes,
        hints=(f"to see all that it has said, run `wtc logs {seen.service}`",) if seen.service else (),
        detail=detail,
    )
