"""Stops in a plan: what waits for a container's exit, what for the end of its stop; with fake operations."""

import threading
from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest

from tests.engine.together import Together
from wtc.engine.executor import Outcome, execute_plan
from wtc.engine.operations import Call
from wtc.engine.pacing import AT_A_TIME
from wtc.errors import WtcError
from wtc.model.observed import ContainerRef
from wtc.model.plan import Operation, Plan, PlanNode, RemoveContainer, RunHook, StopContainer
from wtc.model.service import Hook

if TYPE_CHECKING:
    from wtc.engine.client.connection import Engine

LOCAL, OVER_SSH = (
    cast("Engine", SimpleNamespace(address=address, parallel=0)) for address in ("unix:///engine.sock", "ssh://engine")
)
BOUND_S = 10.0
WEB, DB = ContainerRef(name="web"), ContainerRef(name="db")


def node(number: int, operation: Operation, *after: int) -> PlanNode:
    return PlanNode(id=number, operation=operation, cause="test", after=after)


STOP_WEB = node(1, StopContainer(container=WEB))
REMOVE_WEB = node(2, RemoveContainer(container=WEB), 1)
HOOK_DB = node(3, RunHook(container=DB, hook=Hook(command=("true",))), 1)
STOP_DB = node(4, StopContainer(container=DB), 3)
STOP_DB_AT_ONCE = node(4, StopContainer(container=DB), 1)


def run(nodes: Sequence[PlanNode], perform: Callable[[Operation, Call], None], *, engine: "Engine" = LOCAL) -> Outcome:
    return execute_plan(Plan(nodes=tuple(nodes)), engine, on_event=lambda _event: None, perform=perform)


def exit_of(call: Call) -> Callable[[], None]:
    assert call.on_exit is not None
    return call.on_exit


@pytest.mark.parametrize("nodes", [(STOP_WEB, REMOVE_WEB, STOP_DB_AT_ONCE), (STOP_WEB, REMOVE_WEB, HOOK_DB, STOP_DB)])
def test_stops_and_their_hooks_begin_when_the_dependent_has_exited(nodes: Sequence[PlanNode]) -> None:
    db_stopped, web_ended = threading.Event(), threading.Event()
    order: list[str] = []

    def perform(operation: Operation, call: Call) -> None:
        if operation == STOP_WEB.operation:
            exit_of(call)()
            assert db_stopped.wait(BOUND_S)
            order.append("web stopped")
            web_ended.set()
        elif operation == STOP_DB.operation:
            order.append("db stopped")
            db_stopped.set()
        elif operation == REMOVE_WEB.operation:
            assert web_ended.is_set()
            order.append("web removed")

    outcome = run(nodes, perform)
    assert order == ["db stopped", "web stopped", "web removed"]
    assert sorted(node.id for node in outcome.done) == [node.id for node in nodes]


def test_stop_waits_for_the_end_of_a_stop_whose_exit_is_not_reported() -> None:
    order: list[str] = []
    run(
        (STOP_WEB, STOP_DB_AT_ONCE),
        lambda operation, _call: order.append(cast("StopContainer", operation).container.name),
    )
    assert order == ["web", "db"]


def test_exit_that_is_reported_twice_and_after_the_end_counts_once() -> None:
    reports: list[Callable[[], None]] = []
    stops: list[str] = []

    def perform(operation: Operation, call: Call) -> None:
        stops.append(cast("StopContainer", operation).container.name)
        if operation == STOP_WEB.operation:
            reports.append(exit_of(call))
            reports[0]()
            reports[0]()
        else:
            reports[0]()

    outcome = run((STOP_WEB, STOP_DB_AT_ONCE), perform)
    assert (stops, len(outcome.done)) == (["web", "db"], 2)


def test_stop_that_fails_after_the_exit_skips_what_waits_for_its_end() -> None:
    db_stopped = threading.Event()

    def perform(operation: Operation, call: Call) -> None:
        if operation == STOP_WEB.operation:
            exit_of(call)()
            assert db_stopped.wait(BOUND_S)
            raise WtcError("no")
        db_stopped.set()

    outcome = run((STOP_WEB, REMOVE_WEB, STOP_DB_AT_ONCE), perform)
    assert (outcome.done, outcome.skipped) == ((STOP_DB_AT_ONCE,), (REMOVE_WEB,))


@pytest.mark.parametrize(
    ("engine", "chained", "followed"), [(LOCAL, False, False), (LOCAL, True, True), (OVER_SSH, True, False)]
)
def test_exit_is_followed_only_if_a_stop_waits_for_it(engine: "Engine", *, chained: bool, followed: bool) -> None:
    second = STOP_DB_AT_ONCE if chained else node(4, StopContainer(container=DB))
    wanted: list[bool] = []
    run((STOP_WEB, second), lambda _operation, call: wanted.append(call.on_exit is not None), engine=engine)
    assert wanted[0] is followed


def test_stops_are_paced_and_all_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wtc.engine.pacing.AT_A_TIME", 2)
    monkeypatch.setattr("wtc.engine.pacing.STALL_S", BOUND_S)
    together = Together()

    def perform(_operation: Operation, call: Call) -> None:
        assert call.on_exit is None
        together.pass_through()

    stops = [node(n, StopContainer(container=ContainerRef(name=str(n)))) for n in range(1, AT_A_TIME + 9)]
    assert len(run(stops, perform).done) == len(stops)
    assert together.most == 2


def test_held_stops_are_skipped_after_an_interrupt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wtc.engine.pacing.AT_A_TIME", 1)
    monkeypatch.setattr("wtc.engine.pacing.STALL_S", BOUND_S)
    stop = threading.Event()

    def perform(_operation: Operation, _call: Call) -> None:
        stop.set()

    stops = [node(n, StopContainer(container=ContainerRef(name=str(n)))) for n in range(1, 4)]
    outcome = execute_plan(Plan(nodes=tuple(stops)), LOCAL, on_event=lambda _e: None, perform=perform, stop=stop)
    assert ([n.id for n in outcome.done], [n.id for n in outcome.skipped]) == ([1], [2, 3])
