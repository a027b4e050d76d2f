"""The predecessors that a node of a plan keeps."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from wtc.model.observed import ContainerRef
from wtc.model.plan import Operation, PlanNode, RemoveContainer, RemoveNetwork, RunHook, StartContainer, StopContainer
from wtc.model.service import Hook
from wtc.planner.plan_builder import PlanBuilder

WEB = ContainerRef(name="web")
STOP, START, REMOVE = StopContainer(container=WEB), StartContainer(container=WEB), RemoveContainer(container=WEB)
HOOK, NETWORK = RunHook(container=WEB, hook=Hook(command=("true",))), RemoveNetwork(name="net", id="n")
ONLY_EXIT = (STOP, HOOK)
"""They begin when the container of a stop before them has exited."""

Wanted = Sequence[tuple[Operation, frozenset[int]]]


def build(wanted: Wanted) -> list[PlanNode]:
    builder = PlanBuilder()
    for operation, after in wanted:
        builder.add(operation, "test", after=after)
    return list(builder.plan())


def after(*wanted: tuple[Operation, set[int]]) -> list[tuple[int, ...]]:
    return [node.after for node in build([(operation, frozenset(before)) for operation, before in wanted])]


def test_predecessor_that_another_one_follows_is_left_out() -> None:
    assert after((START, set()), (HOOK, {1}), (NETWORK, {1, 2})) == [(), (1,), (2,)]


def test_network_waits_for_the_end_of_a_stop_of_which_the_next_stop_needs_only_the_exit() -> None:
    assert after((STOP, set()), (STOP, {1}), (NETWORK, {1, 2})) == [(), (1,), (1, 2)]


def test_stop_after_a_chain_of_stops_keeps_the_last_one() -> None:
    assert after((STOP, set()), (HOOK, {1}), (STOP, {2}), (STOP, {1, 3})) == [(), (1,), (2,), (3,)]


def test_start_between_two_stops_has_waited_for_the_end_of_the_first() -> None:
    assert after((STOP, set()), (START, {1}), (STOP, {2}), (REMOVE, {1, 3})) == [(), (1,), (2,), (3,)]


@st.composite
def wanted_plans(draw: st.DrawFn) -> Wanted:
    operations = draw(st.lists(st.sampled_from([STOP, HOOK, START, REMOVE, NETWORK]), max_size=8))
    return [
        (operation, draw(st.frozensets(st.integers(1, index), max_size=3)) if index else frozenset())
        for index, operation in enumerate(operations)
    ]


def guaranteed(nodes: Sequence[PlanNode], number: int, *, left_out: int | None = None) -> tuple[set[int], set[int]]:
    """Return which nodes have ended, and of which the container has exited at least, when a node begins."""
    node = nodes[number - 1]
    ended: set[int] = set()
    exited: set[int] = set()
    for before in set(node.after) - {left_out}:
        exited.add(before)
        if node.operation not in ONLY_EXIT or nodes[before - 1].operation != STOP:
            ended.add(before)
        further = guaranteed(nodes, before)
        ended |= further[0]
        exited |= further[1]
    return ended, exited


@given(wanted_plans())
def test_kept_predecessors_guarantee_the_wanted_order_and_none_is_superfluous(wanted: Wanted) -> None:
    nodes = build(wanted)
    for node, (operation, before) in zip(nodes, wanted, strict=True):
        ended, exited = guaranteed(nodes, node.id)
        assert before <= (exited if operation in ONLY_EXIT else ended)
        for kept in node.after:
            fewer = guaranteed(nodes, node.id, left_out=kept)[operation in ONLY_EXIT]
            assert kept not in fewer
