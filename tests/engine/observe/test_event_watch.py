"""Events lead the waits of a plan: which of them count, and what is done when the stream fails."""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from queue import SimpleQueue
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from wtc.engine.containers import wait
from wtc.engine.containers.wait import wait_for_container
from wtc.engine.observe import event_stream, event_watch
from wtc.engine.observe.event_watch import ContainerEvents, EventWatch
from wtc.errors import ContainerFailedError, EngineUnreachableError, InterruptedByUserError
from wtc.model.observed import ContainerRef
from wtc.model.plan import Condition, WaitContainer

if TYPE_CHECKING:
    from wtc.engine.client.connection import Engine

BOUND_S = 10.0
WEB = ContainerRef(name="ns_web")
RUNNING = {"Status": "running", "StartedAt": "2026-01-01T00:00:00Z"}


class OneContainer:
    """An engine with one container, whose events are those that the test sends."""

    address = ""

    def __init__(self, state: Mapping[str, Any] = RUNNING) -> None:
        self.state = state
        self.inspections = 0
        self.streams: list[str] = []
        """`since` of each stream that was opened."""
        self.events: SimpleQueue[dict[str, Any] | None] = SimpleQueue()
        self.refuses_events = False
        self._time = 0

    def call(self, _method: str, path: str, **_: object) -> Any:
        if "/logs" in path:
            raise EngineUnreachableError("no logs")
        self.inspections += 1
        return SimpleNamespace(object=lambda: {"Name": "/ns_web", "State": self.state}, header={"Date": ""}.get)

    def send(self, action: str, *, status: int | None = None, name: str = "ns_web") -> dict[str, Any]:
        self._time += 1
        attributes = {"name": name, **({} if status is None else {"exitCode": str(status)})}
        event = {"Action": action, "Actor": {"ID": "0" * 64, "Attributes": attributes}, "timeNano": self._time}
        self.events.put(event)
        return event


class Stream:
    """In place of `EventStream`."""

    def __init__(self, engine: OneContainer, *, filters: Mapping[str, Sequence[str]], since: str = "") -> None:
        assert "die" in filters["event"]
        engine.streams.append(since)
        self.date = "Thu, 01 Jan 1970 00:01:00 GMT"
        self._engine = engine
        if engine.refuses_events:
            raise EngineUnreachableError("no events")

    def __iter__(self) -> Iterator[dict[str, Any]]:
        while (event := self._engine.events.get()) is not None:
            yield event

    def close(self) -> None:
        self._engine.events.put(None)


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> OneContainer:
    monkeypatch.setattr(event_stream, "EventStream", Stream)
    monkeypatch.setattr(event_watch, "REOPEN_S", 0.0)
    # Only an event can end a wait early.
    monkeypatch.setattr(event_watch, "RECHECK_S", BOUND_S * 10)
    monkeypatch.setattr(wait, "RECHECK_S", BOUND_S * 10)
    monkeypatch.setattr(wait, "SETTLED_S", BOUND_S * 10)
    return OneContainer()


def watching(engine: OneContainer) -> Any:
    return EventWatch.over(cast("Engine", engine), opened=True)


def started(engine: OneContainer, watch: EventWatch, then: Callable[[], object] = lambda: None) -> None:
    watch.before_start(WEB)
    engine.send("start")
    then()
    watch.after_start(WEB)


def wait_for(
    engine: OneContainer,
    watch: EventWatch,
    condition: Condition,
    *,
    stop: threading.Event | None = None,
    resumed: bool = False,
) -> None:
    operation = WaitContainer(container=WEB, condition=condition, resumed=resumed)
    wait_for_container(cast("Engine", engine), operation, watch, stop or threading.Event(), lambda _text: None)


@pytest.mark.parametrize("condition", [Condition.HEALTHY, Condition.READY])
def test_health_event_ends_a_wait_without_an_inspection(engine: OneContainer, condition: Condition) -> None:
    with watching(engine) as watch:
        started(engine, watch, lambda: engine.send("health_status: healthy"))
        wait_for(engine, watch, condition)
    assert engine.inspections == 0


def test_exit_event_with_status_0_completes_a_job_that_runs_again(engine: OneContainer) -> None:
    with watching(engine) as watch:
        started(engine, watch, lambda: (engine.send("die", status=0), engine.send("start")))
        wait_for(engine, watch, Condition.COMPLETED)
    assert engine.inspections == 0


@pytest.mark.parametrize("condition", [Condition.STARTED, Condition.READY, Condition.HEALTHY, Condition.COMPLETED])
def test_exit_after_the_start_is_found_by_its_event(engine: OneContainer, condition: Condition) -> None:
    engine.state = {"Status": "exited", "ExitCode": 3}
    with watching(engine) as watch:
        started(engine, watch, lambda: engine.send("die", status=3))
        with pytest.raises(ContainerFailedError, match="exited with status 3") as caught:
            wait_for(engine, watch, condition)
    assert (engine.inspections, caught.value.containers[0].exit_status) == (1, 3)


def test_events_before_the_start_do_not_count(engine: OneContainer) -> None:
    events = ContainerEvents()
    events.add("health_status: healthy", 0)
    assert events.is_healthy
    events.expect_start()
    mark = events.mark()
    events.add("die", 0)
    events.add("start", 0)
    assert (events.is_healthy, events.has_succeeded, events.last_exit, events.mark()) == (False, False, None, mark)
    events.add("die", 0)
    assert (events.has_succeeded, events.last_exit, events.mark()) == (True, 0, mark + 1)


def test_events_of_other_containers_do_not_wake_a_wait(engine: OneContainer) -> None:
    with watching(engine) as watch:
        started(engine, watch)
        engine.send("die", status=0, name="ns_db")
        engine.send("health_status: healthy")
        wait_for(engine, watch, Condition.HEALTHY)
    assert engine.inspections == 0


def test_ended_stream_is_opened_again_from_its_last_event(engine: OneContainer) -> None:
    with watching(engine) as watch:
        started(engine, watch, lambda: engine.events.put(engine.send("die", status=7)))
        engine.events.put(None)
        engine.state = {"Status": "exited", "ExitCode": 0}
        engine.send("die", status=0)
        wait_for(engine, watch, Condition.COMPLETED)
    assert engine.streams[:2] == ["", "0.000000002"]


def test_stream_without_an_event_is_opened_again_from_its_opening_on(engine: OneContainer) -> None:
    with watching(engine) as watch:
        watch.before_start(WEB)
        engine.events.put(None)
        started(engine, watch, lambda: engine.send("health_status: healthy"))
        wait_for(engine, watch, Condition.HEALTHY)
    assert engine.streams[:2] == ["", "60"]


def test_repeated_event_counts_once(engine: OneContainer) -> None:
    with watching(engine) as watch:
        events = watch.of(WEB)
        engine.events.put(engine.send("die", status=7))
        engine.send("health_status: healthy")
        mark = events.mark()
        while not events.is_healthy:
            events.wait_for_change(mark, BOUND_S)
            mark = events.mark()
    assert events.mark() == 2


def test_container_settles_without_events_if_the_engine_sends_none(
    engine: OneContainer, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.refuses_events = True
    monkeypatch.setattr(event_watch, "REOPEN_S", BOUND_S)
    monkeypatch.setattr(wait, "SETTLED_S", 0.3)
    monkeypatch.setattr(wait, "RECHECK_S", 0.3)
    with watching(engine) as watch:
        started(engine, watch)
        wait_for(engine, watch, Condition.STARTED)
    assert 1 <= engine.inspections <= 2


def test_container_that_the_plan_did_not_start_is_inspected_at_once(engine: OneContainer) -> None:
    engine.state = {**RUNNING, "Health": {"Status": "healthy"}}
    with watching(engine) as watch:
        wait_for(engine, watch, Condition.HEALTHY)
    assert engine.inspections == 1


def test_resumed_container_is_not_healthy_by_an_event_alone(
    engine: OneContainer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wait, "SETTLED_S", 0.0)
    engine.state = {**RUNNING, "Health": {"Status": "healthy"}}
    with watching(engine) as watch:
        started(engine, watch, lambda: engine.send("health_status: healthy"))
        while not watch.of(WEB).is_healthy:
            watch.of(WEB).wait_for_change(0, BOUND_S)
        watch.wake()
        wait_for(engine, watch, Condition.HEALTHY, resumed=True)
    assert engine.inspections == 1


def test_woken_wait_ends_once_stop_is_set(engine: OneContainer) -> None:
    # Not yet healthy however long the thread takes to begin.
    engine.state = {**RUNNING, "Health": {"Status": "starting"}}
    stop = threading.Event()
    raised: SimpleQueue[type[BaseException]] = SimpleQueue()

    def run() -> None:
        try:
            wait_for(engine, watch, Condition.HEALTHY, stop=stop)
        except InterruptedByUserError as error:
            raised.put(type(error))

    with watching(engine) as watch:
        started(engine, watch)
        thread = threading.Thread(target=run)
        thread.start()
        stop.set()
        while thread.is_alive():
            watch.wake()
    assert raised.get(timeout=BOUND_S) is InterruptedByUserError
