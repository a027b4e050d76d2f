"""Leases: stable, moved only if others have the port, and no port for two stacks."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from wtc.model.identity import Identity
from wtc.model.namespace import Namespace
from wtc.model.ports import PortId, PortRequest
from wtc.ports.leases import lease_host_ports, register_stack
from wtc.registry.store import Store

SPAN = range(20000, 30000)
A = Namespace(name="a-1", worktree="/w/a")
B = Namespace(name="b-1", worktree="/w/b")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(str(tmp_path))


def request(service: str, *, target: int = 80, protocol: str = "tcp", share: str = "") -> PortRequest:
    return PortRequest(id=PortId(service=service, target=target, protocol=protocol), index=0, share=share)


WEB, DB = request("web"), request("db")


def test_lease_does_not_change(store: Store) -> None:
    first = lease_host_ports(store, A, [WEB, DB], span=SPAN)
    assert lease_host_ports(store, A, [DB, WEB], span=range(40000, 50000)).ports == first.ports
    assert store.read().stacks["a-1"].ports == first.ports


def test_disabled_service_keeps_its_lease(store: Store) -> None:
    first = lease_host_ports(store, A, [WEB, DB], span=SPAN)
    lease_host_ports(store, A, [WEB], span=SPAN)
    assert lease_host_ports(store, A, [WEB, DB], span=SPAN) == first


def test_worktrees_share_no_port_in_a_range_without_spare_ports(store: Store) -> None:
    span = range(20000, 20004)
    ports = [
        port for namespace in (A, B) for port in lease_host_ports(store, namespace, [WEB, DB], span=span).ports.values()
    ]
    assert sorted(ports) == list(span)


def test_lease_on_a_busy_port_moves_and_is_reported(store: Store) -> None:
    before = lease_host_ports(store, A, [WEB, DB], span=SPAN)
    after = lease_host_ports(store, A, [WEB, DB], span=SPAN, busy={before.ports[WEB.id]})
    assert after.moved == {WEB.id: before.ports[WEB.id]}
    assert after.ports[WEB.id] != before.ports[WEB.id]
    assert after.ports[DB.id] == before.ports[DB.id]
    assert lease_host_ports(store, A, [WEB, DB], span=SPAN).ports == after.ports


def test_new_lease_skips_a_port_that_a_process_holds(store: Store) -> None:
    asked: list[int] = []

    def refuse_the_first(_request: PortRequest, port: int) -> bool:
        asked.append(port)
        return len(asked) > 1

    found = lease_host_ports(store, A, [WEB], span=SPAN, free=refuse_the_first)
    assert found.ports == {WEB.id: asked[1]}
    assert asked[0] != asked[1]


def test_existing_lease_is_kept_without_a_check_for_processes(store: Store) -> None:
    before = lease_host_ports(store, A, [WEB], span=SPAN)
    assert lease_host_ports(store, A, [WEB], span=SPAN, free=lambda _request, _port: False) == before


def test_damaged_registry_is_a_warning_of_the_lease(store: Store, tmp_path: Path) -> None:
    before = lease_host_ports(store, A, [WEB], span=SPAN)
    (tmp_path / "registry.json").write_text("garbage")
    after = lease_host_ports(store, A, [WEB], span=SPAN)
    assert after.ports == before.ports
    assert len(after.warnings) == 1


def test_lease_of_two_stacks_moves_unless_it_is_to_be_kept(store: Store) -> None:
    with store.transaction() as records:
        for namespace in (A, B):
            records.put(replace(records.record_for(namespace), ports={WEB.id: 20001}))
    assert lease_host_ports(store, A, [WEB], span=SPAN, keep=True).ports == {WEB.id: 20001}
    moved = lease_host_ports(store, A, [WEB], span=SPAN)
    assert moved.moved == {WEB.id: 20001}
    assert moved.ports[WEB.id] != 20001
    assert lease_host_ports(store, B, [WEB], span=SPAN).ports == {WEB.id: 20001}


def test_the_address_is_kept_with_the_lease(store: Store) -> None:
    lease_host_ports(store, A, [WEB, replace(DB, host_ip="127.0.0.2")], span=SPAN, bind="0.0.0.0")
    assert store.read().stacks["a-1"].addresses == {WEB.id: "0.0.0.0", DB.id: "127.0.0.2"}
    lease_host_ports(store, A, [WEB], span=SPAN, bind="127.0.0.1")
    assert store.read().stacks["a-1"].addresses == {WEB.id: "127.0.0.1", DB.id: "127.0.0.2"}


def test_shared_port_is_free_for_each_request(store: Store) -> None:
    tcp, udp = replace(WEB, share="PORT"), request("db", protocol="udp", share="PORT")
    before = lease_host_ports(store, A, [tcp], span=SPAN).ports[WEB.id]
    after = lease_host_ports(store, A, [tcp, udp], span=SPAN, free=lambda _request, port: port != before)
    assert after.moved == {WEB.id: before}
    assert after.ports[WEB.id] == after.ports[udp.id] != before


HERE = Namespace(name="a-7", worktree="/w/a", identity=Identity(id="0" * 32, directory="/w/a"))


def test_registering_keeps_the_leases(store: Store) -> None:
    register_stack(store, HERE)
    lease_host_ports(store, HERE, [WEB], span=SPAN)
    register_stack(store, HERE)
    assert set(store.read().stacks[HERE.name].ports) == {WEB.id}


def test_registering_records_the_identity_and_the_project_folder(store: Store) -> None:
    register_stack(store, HERE)
    record = store.read().stacks[HERE.name]
    assert (record.worktree, record.id, record.directory) == ("/w/a", "0" * 32, "/w/a")


def test_another_namespace_of_one_project_replaces_the_first(store: Store) -> None:
    register_stack(store, HERE)
    register_stack(store, replace(HERE, name="a-8"))
    assert list(store.read().stacks) == ["a-8"]


@pytest.mark.parametrize(
    "other", [Identity(id="1" * 32, directory="/w/a"), Identity(id="0" * 32, directory="/w/a/api")]
)
def test_stacks_of_other_worktrees_and_other_projects_stay_registered(store: Store, other: Identity) -> None:
    register_stack(store, HERE)
    register_stack(store, replace(HERE, name="a-8", identity=other))
    assert sorted(store.read().stacks) == ["a-7", "a-8"]


LESSEE = """
import json, sys
from wtc.model.ports import PortId, PortRequest
from wtc.model.namespace import Namespace
from wtc.ports.leases import lease_host_ports, register_stack
from wtc.registry.store import Store

store = Store(sys.argv[1])
requests = [PortRequest(id=PortId(service=f"s{n}", target=80, protocol="tcp"), index=0) for n in range(5)]
print("ready", flush=True)
sys.stdin.readline()
namespace = Namespace(name=f"accra-{sys.argv[2]}", worktree=f"/w/{sys.argv[2]}/accra")
register_stack(store, namespace)
leased = lease_host_ports(store, namespace, requests, span=range(20000, 20040))
print(json.dumps(sorted(leased.ports.values())), flush=True)
"""


def test_concurrent_processes_lease_no_port_twice(tmp_path: Path) -> None:
    lessees = [
        subprocess.Popen(
            [sys.executable, "-c", LESSEE, str(tmp_path), str(n)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        for n in range(8)
    ]
    for lessee in lessees:
        assert lessee.stdout is not None
        assert lessee.stdout.readline() == b"ready\n"
    for lessee in lessees:
        assert lessee.stdin is not None
        lessee.stdin.write(b"go\n")
        lessee.stdin.flush()
    ports = [port for lessee in lessees for port in json.loads(lessee.communicate(timeout=60)[0])]
    # Eight times five fit the range exactly: one port twice, and another would be left over.
    assert sorted(ports) == list(range(20000, 20040))
    assert len(Store(str(tmp_path)).read().stacks) == 8


TCP, UDP = (request("dns", target=53, protocol=protocol, share="5353") for protocol in ("tcp", "udp"))


def test_leases_of_one_number_stay_apart_until_their_container_is_recreated(store: Store) -> None:
    apart = lease_host_ports(store, A, [replace(TCP, share=""), replace(UDP, share="")], span=SPAN).ports
    for settled in (None, apart.keys(), {UDP.id}):
        kept = lease_host_ports(store, A, [TCP, UDP], span=SPAN, settled=settled)
        assert (kept.ports, kept.joined) == (apart, {})
    together = lease_host_ports(store, A, [TCP, UDP], span=SPAN, settled=())
    assert together.ports == dict.fromkeys(apart, apart[TCP.id])
    assert (together.joined, together.moved) == ({UDP.id: apart[UDP.id]}, {})


def test_port_with_a_new_key_takes_the_place_of_the_container_that_it_replaces(store: Store) -> None:
    """The container to be recreated still has the port, so that it cannot be bound."""
    before = lease_host_ports(store, A, [TCP, UDP], span=SPAN).ports
    renamed = request("dns", target=54, protocol="udp", share="5353")
    found = lease_host_ports(store, A, [TCP, renamed], span=SPAN, settled=before, free=lambda _request, _port: False)
    assert found.ports == {TCP.id: before[TCP.id], renamed.id: before[TCP.id]}
    assert (found.moved, found.joined) == ({}, {})
