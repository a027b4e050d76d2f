"""A port that the registry leases to two stacks: the running stack keeps it."""

from typing import TYPE_CHECKING, cast

import pytest

from wtc.model.namespace import Namespace
from wtc.model.observed import Observed, ObservedContainer
from wtc.model.ports import PortBinding, PortId
from wtc.model.project import Project
from wtc.model.service import Port, Service
from wtc.orchestrator.host_ports.leases import held_by_others, lease_ports, unrecorded_ports
from wtc.registry.stack_records import StackRecord, StackRecords
from wtc.registry.store import Store
from wtc.settings.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from wtc.engine.client.connection import Engine

A, B = Namespace(name="a-1", worktree="/w/a"), Namespace(name="b-1", worktree="/w/b")
WEB, SPAN = PortId(service="web", target=80, protocol="tcp"), range(20000, 30000)
PROJECT = Project(name="p", working_dir="/p", files=(), services={"web": Service(name="web", ports=(Port(target=80),))})


def web(port: int, *, state: str = "running", oneoff: bool = False, host_ip: str = "") -> Observed:
    """A stack with one container that publishes a port."""
    published = PortBinding(target=80, protocol="tcp", host_ip=host_ip, port=port)
    container = ObservedContainer(
        id="1",
        name="",
        service="web",
        number=1,
        image="",
        image_id="",
        state=state,
        oneoff=oneoff,
        ports=(published,),
    )
    return Observed(containers=(container,))


def stack(namespace: Namespace, port: int, *, fixed: int = 0) -> StackRecord:
    return StackRecord(
        worktree=namespace.worktree,
        namespace=namespace.name,
        ports={WEB: port},
        fixed={WEB: fixed} if fixed else {},
    )


@pytest.mark.parametrize(
    ("observed", "records", "expected"),
    [
        pytest.param(web(20001), [stack(A, 20001)], {}, id="as recorded"),
        pytest.param(web(20001), [stack(A, 20001), stack(B, 20001)], {WEB: 20001}, id="running, and of two"),
        pytest.param(web(20001), [stack(A, 20007), stack(B, 20001)], {WEB: 20001}, id="running on another's"),
        pytest.param(web(20001), [stack(A, 20007)], {WEB: 20001}, id="running on another port"),
        pytest.param(web(20001), [], {WEB: 20001}, id="running, not recorded"),
        pytest.param(web(20001, state="paused"), [stack(A, 20001), stack(B, 20001)], {WEB: 20001}, id="paused"),
        pytest.param(web(20001, state="exited"), [], {WEB: 20001}, id="stopped, not recorded"),
        pytest.param(web(20009), [], {WEB: 20009}, id="running on a busy port"),
        pytest.param(web(20009, state="exited"), [], {}, id="stopped, and others have it"),
        pytest.param(web(20001, state="exited"), [stack(A, 20001), stack(B, 20001)], {}, id="stopped, and of two"),
        pytest.param(web(20001, state="exited"), [stack(A, 20007)], {}, id="stopped on another port"),
        pytest.param(web(20001, oneoff=True), [stack(A, 20007)], {}, id="one-off"),
        pytest.param(web(40001), [stack(A, 40001), stack(B, 40001)], {WEB: 40001}, id="leased in a former range"),
        pytest.param(web(8080), [stack(A, 20001)], {}, id="outside the range"),
        pytest.param(web(20080), [stack(A, 20001, fixed=20080)], {}, id="the file's own port"),
    ],
)
def test_what_a_running_container_publishes_is_the_stacks_lease(
    observed: Observed, records: list[StackRecord], expected: dict[PortId, int]
) -> None:
    ledger = StackRecords(stacks={record.namespace: record for record in records})
    found = unrecorded_ports(ledger, A, observed, SPAN, {20009})
    assert {port: published.port for port, published in found.items()} == expected


@pytest.mark.parametrize("order", [(A, B), (B, A)])
@pytest.mark.parametrize("other", [Observed(), web(20001, state="exited")])
def test_the_stack_that_does_not_run_moves(
    tmp_path: "Path", order: tuple[Namespace, Namespace], other: Observed
) -> None:
    store = Store(str(tmp_path))
    with store.transaction() as records:
        records.put(stack(A, 20001))
        records.put(stack(B, 20001))
    seen = {A.name: (web(20001), set[int]()), B.name: (other, {20001})}
    leased: dict[str, Mapping[PortId, int]] = {}
    for namespace in order:
        observed, busy = seen[namespace.name]
        ports = lease_ports(
            store, namespace, PROJECT, scales={}, settings=load_settings({}), observed=observed, busy=busy
        )
        leased[namespace.name] = ports.leased
    assert leased["a-1"] == {WEB: 20001}
    assert leased["b-1"][WEB] != 20001
    assert {name: record.ports for name, record in store.read().stacks.items()} == leased


def test_leasing_without_the_engine_moves_neither(tmp_path: "Path") -> None:
    store = Store(str(tmp_path))
    with store.transaction() as records:
        records.put(stack(A, 20001))
        records.put(stack(B, 20001))
    for namespace in (A, B):
        assert lease_ports(store, namespace, PROJECT, scales={}, settings=load_settings({})).leased == {WEB: 20001}


@pytest.mark.parametrize(
    ("observed", "expected"),
    [(Observed(), {20001, 20002}), (web(20001), {20002}), (web(20001, state="exited"), {20001, 20002})],
)
def test_a_port_that_the_running_stack_publishes_too_is_not_held_by_others(
    monkeypatch: pytest.MonkeyPatch, observed: Observed, expected: set[int]
) -> None:
    def published(_engine: object, *, other_than: Namespace, listing: object, of_stopped: bool) -> frozenset[int]:
        assert (other_than, listing, of_stopped) == (A, None, True)
        return frozenset({20001, 20002})

    monkeypatch.setattr("wtc.engine.observe.snapshot.published_ports", published)
    assert held_by_others(cast("Engine", None), A, observed) == expected
