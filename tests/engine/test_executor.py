"""The executor: order, parallelism, failures, interruption; with fake operations."""

import threading
from collections.abc import Callable, Iterable
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.together import Together
from wtc.engine.executor import Outcome, execute_plan, max_parallel
from wtc.engine.operations import OPERATIONS, Call
from wtc.errors import EngineUnreachableError, InterruptedByUserError, WtcError
from wtc.events import Event, NodeDone, NodeFailed, NodeSkipped, NodeStarted, Progress, StillRunning, Warned
from wtc.model import plan as plans
from wtc.model.desired import DesiredImage
from wtc.model.observed import ContainerRef
from wtc.model.plan import BuildImage, Condition, Operation, Plan, PlanNode, RemoveVolume, RunHook, WaitContainer
from wtc.model.service import Hook

if TYPE_CHECKING:
    from wtc.engine.client.connection import Engine


class _NoEngine:
    """An engine that answers no request."""

    address = ""
    parallel = 0

    def call(self, *_: object, **__: object) -> None:
        raise EngineUnreachableError("no engine")


ENGINE = cast("Engine", _NoEngine())
BOUND_S = 10.0


def act(number: int, *after: int) -> PlanNode:
    return PlanNode(id=number, operation=RemoveVolume(name=str(number)), cause="test", after=after)


def waiting(number: int, *after: int, required: bool = True) -> PlanNode:
    operation = WaitContainer(container=ContainerRef(name=str(number)), condition=Condition.STARTED, required=required)
    return PlanNode(id=number, operation=operation, cause="test", after=after)


def number_of(operation: Operation) -> int:
    on_container = isinstance(operation, (WaitContainer, RunHook))
    return int(operation.container.name if on_container else cast("Any", operation).name)


def run(
    nodes: Iterable[PlanNode],
    perform: Callable[[int, Call], None],
    *,
    stop: threading.Event | None = None,
    parallel: int = 8,
) -> tuple[Outcome, list[Event]]:
    events: list[Event] = []
    outcome = execute_plan(
        Plan(nodes=tuple(nodes)),
        ENGINE,
        on_event=events.append,
        perform=lambda operation, call: perform(number_of(operation), call),
        stop=stop,
        parallel=parallel,
    )
    return outcome, events


def ids(nodes: Iterable[PlanNode]) -> list[int]:
    return sorted(node.id for node in nodes)


def test_every_operation_has_its_function() -> None:
    assert set(OPERATIONS) == set(cast("Any", plans.Operation).__args__)


def test_empty_plan_is_done_at_once() -> None:
    assert run([], lambda _n, _c: None) == (Outcome(), [])


@given(st.lists(st.sets(st.integers(0, 11)), max_size=12), st.sets(st.integers(1, 12)), st.integers(1, 4))
def test_every_node_ends_once_and_after_its_predecessors(
    before: list[set[int]], failing: set[int], parallel: int
) -> None:
    nodes = [act(i + 1, *(b + 1 for b in after if b < i)) for i, after in enumerate(before)]
    ended: list[int] = []
    lock = threading.Lock()

    def perform(number: int, _call: Call) -> None:
        with lock:
            assert all(b in ended for b in nodes[number - 1].after)
        if number in failing:
            raise WtcError("no")
        with lock:
            ended.append(number)

    outcome, events = run(nodes, perform, parallel=parallel)
    failed = [node.id for node, _ in outcome.failed]
    assert sorted([*ids(outcome.done), *failed, *ids(outcome.skipped)]) == [node.id for node in nodes]
    unreachable: set[int] = set()
    for node in nodes:
        if any(b in failing or b in unreachable for b in node.after):
            unreachable.add(node.id)
    assert ids(outcome.skipped) == sorted(unreachable)
    assert sum(isinstance(e, NodeDone | NodeFailed | NodeSkipped) for e in events) == len(nodes)


def test_independent_nodes_run_in_parallel() -> None:
    together = threading.Barrier(3, timeout=BOUND_S)
    outcome, _ = run([act(1), act(2), act(3)], lambda _n, _c: void(together.wait()), parallel=3)
    assert ids(outcome.done) == [1, 2, 3]


def test_silence_is_reported_while_a_node_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wtc.engine.executor.SILENCE_S", 0.01)
    silent = threading.Event()

    def on_event(event: Event) -> None:
        if isinstance(event, StillRunning):
            silent.set()

    outcome = execute_plan(
        Plan(nodes=(act(1),)), ENGINE, on_event=on_event, perform=lambda _o, _c: void(silent.wait(BOUND_S)), parallel=1
    )
    assert silent.is_set()
    assert ids(outcome.done) == [1]


def void(_value: object) -> None: ...


def test_parallel_calls_are_limited() -> None:
    together = Together()
    run([act(n) for n in range(1, 20)], lambda _n, _c: together.pass_through(), parallel=2)
    assert together.most == 2


def test_node_that_leads_the_longest_path_starts_first() -> None:
    begun: list[int] = []
    build = PlanNode(id=5, operation=BuildImage(image=DesiredImage(service="web", reference="5")), cause="test")
    nodes = [act(1), act(2), act(3, 2), act(4, 3), build, waiting(6)]
    execute_plan(
        Plan(nodes=tuple(nodes)),
        ENGINE,
        on_event=lambda e: begun.append(e.node.id) if isinstance(e, NodeStarted) else None,
        perform=lambda _o, _c: None,
        parallel=1,
    )
    assert [n for n in begun if n != 6] == [5, 2, 3, 1, 4]


def test_calls_over_ssh_are_few_enough_for_sshd() -> None:
    over_ssh = cast("Engine", SimpleNamespace(address="ssh://ada@engine.test", parallel=0))
    assert max_parallel(over_ssh) == 8
    assert max_parallel(ENGINE) > 100


def test_waits_never_block_calls() -> None:
    begun = threading.Event()

    def perform(number: int, _call: Call) -> None:
        if number <= 5:
            assert begun.wait(BOUND_S)
        else:
            begun.set()

    outcome, _ = run([*(waiting(n) for n in range(1, 6)), act(6)], perform, parallel=1)
    assert ids(outcome.done) == [1, 2, 3, 4, 5, 6]


def test_failure_skips_only_its_dependents_and_is_named_as_the_cause() -> None:
    def perform(number: int, _call: Call) -> None:
        if number == 1:
            raise WtcError("broken")

    outcome, events = run([act(1), act(2, 1), act(3, 2), act(4), act(5, 4)], perform)
    assert [(n.id, e.message) for n, e in outcome.failed] == [(1, "broken")]
    assert ids(outcome.skipped) == [2, 3]
    assert ids(outcome.done) == [4, 5]
    because = {e.node.id: e.because.id for e in events if isinstance(e, NodeSkipped) and e.because}
    assert because == {2: 1, 3: 1}


def test_failed_optional_wait_is_a_warning() -> None:
    def perform(number: int, _call: Call) -> None:
        if number == 1:
            raise WtcError("`db` is unhealthy")

    outcome, events = run([waiting(1, required=False), act(2, 1)], perform)
    assert (ids(outcome.done), outcome.failed, outcome.skipped) == ([1, 2], (), ())
    assert [e.diagnostic.message for e in events if isinstance(e, Warned)] == [
        "`db` is unhealthy; what depends on it continues without it"
    ]


@pytest.mark.parametrize(
    ("error", "warning"),
    [
        (WtcError("hook failed"), "hook failed; the container is stopped anyway"),
        (WtcError("hook failed", detail="so\nno\n"), "hook failed: no; the container is stopped anyway"),
        (WtcError("hook failed", causes=["why"], detail="no"), "hook failed: why; the container is stopped anyway"),
    ],
)
def test_failed_pre_stop_hook_is_a_warning_and_the_container_is_stopped(error: WtcError, warning: str) -> None:
    hook = RunHook(container=ContainerRef(name="1"), hook=Hook(command=("drain",)), required=False)

    def perform(number: int, _call: Call) -> None:
        if number == 1:
            raise error

    outcome, events = run([PlanNode(id=1, operation=hook, cause="pre_stop"), act(2, 1)], perform)
    assert (ids(outcome.done), outcome.failed) == ([1, 2], ())
    assert [e.diagnostic.message for e in events if isinstance(e, Warned)] == [warning]


def test_skipped_optional_wait_does_not_skip_its_dependents() -> None:
    def perform(number: int, _call: Call) -> None:
        if number == 1:
            raise WtcError("no")

    outcome, _ = run([act(1), waiting(2, 1, required=False), act(3, 2), act(4, 1)], perform)
    assert (ids(outcome.done), ids(outcome.skipped)) == ([3], [2, 4])


def test_stop_completes_running_calls_and_starts_no_new_one() -> None:
    stop = threading.Event()
    ended: list[int] = []

    def perform(number: int, _call: Call) -> None:
        stop.set()
        ended.append(number)

    outcome, events = run([act(1), act(2, 1), act(3, 2)], perform, stop=stop)
    assert (ended, ids(outcome.done), ids(outcome.skipped)) == ([1], [1], [2, 3])
    assert [e.because for e in events if isinstance(e, NodeSkipped)] == [None, None]


def test_stop_cancels_a_wait_and_counts_it_as_skipped() -> None:
    stop = threading.Event()

    def perform(_number: int, call: Call) -> None:
        stop.set()
        assert call.stop.is_set()
        raise InterruptedByUserError("interrupted")

    outcome, _ = run([waiting(1), act(2, 1)], perform, stop=stop)
    assert (outcome.failed, ids(outcome.skipped)) == ((), [1, 2])


def test_report_raises_once_stopped() -> None:
    stop = threading.Event()

    def perform(_number: int, call: Call) -> None:
        call.report("layer", "downloading", 1, 2)
        stop.set()
        call.report("layer", "downloading", 2, 2)
        pytest.fail("the pull went on")

    outcome, events = run([act(1)], perform, stop=stop)
    assert ids(outcome.skipped) == [1]
    assert [(e.item, e.text, e.current, e.total) for e in events if isinstance(e, Progress)] == [
        ("layer", "downloading", 1, 2)
    ]


def test_events_arrive_on_the_callers_thread_with_start_before_end() -> None:
    threads: set[int] = set()
    events: list[Event] = []

    def on_event(event: Event) -> None:
        threads.add(threading.get_ident())
        events.append(event)

    execute_plan(
        Plan(nodes=tuple(act(n) for n in range(1, 9))),
        ENGINE,
        on_event=on_event,
        perform=lambda _o, call: call.warn("w"),
    )
    assert threads == {threading.get_ident()}
    for number in range(1, 9):
        mine = [type(e) for e in events if isinstance(e, NodeStarted | NodeDone) and e.node.id == number]
        assert mine == [NodeStarted, NodeDone]
    assert sum(isinstance(e, Warned) for e in events) == 8


def test_bug_in_an_operation_is_raised_after_running_calls_have_ended() -> None:
    def perform(number: int, _call: Call) -> None:
        if number == 1:
            raise KeyError("bug")

    with pytest.raises(KeyError, match="bug"):
        run([act(1), act(2, 1), act(3)], perform)


def test_exception_in_the_listener_stops_running_calls() -> None:
    ended = threading.Event()

    def on_event(event: Event) -> None:
        raise KeyboardInterrupt

    def perform(_operation: Operation, call: Call) -> None:
        assert call.stop.wait(BOUND_S)
        ended.set()

    with pytest.raises(KeyboardInterrupt):
        execute_plan(Plan(nodes=(act(1),)), ENGINE, on_event=on_event, perform=perform)
    assert ended.is_set()
