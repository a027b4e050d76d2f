"""The registry in memory: records by namespace, and adoption of published ports."""

from wtc.model.namespace import Namespace
from wtc.model.ports import PortId
from wtc.registry.stack_records import StackRecord, StackRecords

A, B = Namespace(name="a-1", worktree="/w/a"), Namespace(name="b-1", worktree="/w/b")


def leases(**ports: int) -> dict[PortId, int]:
    """Service -> host port, as the leases of one port each."""
    return {PortId(service=service, target=80, protocol="tcp"): port for service, port in ports.items()}


def stack(namespace: Namespace, **ports: int) -> StackRecord:
    return StackRecord(worktree=namespace.worktree, namespace=namespace.name, ports=leases(**ports))


def ledger_of(*records: StackRecord) -> StackRecords:
    return StackRecords(stacks={record.namespace: record for record in records})


def test_the_ports_of_others_are_those_of_every_other_namespace() -> None:
    beside = Namespace(name="a-api-1", worktree="/w/a")
    records = ledger_of(stack(A, web=1), stack(B, web=2, db=3), stack(beside, web=4))
    assert records.leased_to_others("a-1") == {2, 3, 4}
    assert records.leased_to_others("elsewhere-1") == {1, 2, 3, 4}


def test_one_worktree_has_several_stacks() -> None:
    top, api = stack(A), stack(Namespace(name="a-api-1", worktree="/w/a"))
    records = ledger_of(top, stack(B), api)
    assert records.of_worktree("/w/a") == (top, api)
    assert records.of_worktree("/w") == ()


def test_stack_can_be_dropped_twice() -> None:
    records = ledger_of(stack(A, web=1))
    records.drop("a-1")
    records.drop("a-1")
    assert records.leased_to_others("b-1") == frozenset()


def test_the_record_follows_a_moved_worktree() -> None:
    records = ledger_of(stack(A, web=1))
    moved = Namespace(name="a-1", worktree="/w/moved")
    records.put(records.record_for(moved))
    assert records.stacks == {"a-1": stack(moved, web=1)}


def test_adopting_rebuilds_a_stack_from_what_the_engine_shows() -> None:
    records = StackRecords()
    records.adopt(A, leases(web=20001))
    assert records.stacks == {"a-1": stack(A, web=20001)}


def test_a_published_port_replaces_a_stale_lease() -> None:
    records = ledger_of(stack(A, web=1, db=2, cache=3), stack(B, web=7, db=8))
    records.adopt(A, leases(web=7, db=3))
    assert records.stacks["a-1"].ports == leases(web=7, db=3)
    assert records.stacks["b-1"].ports == leases(db=8)


def test_adopting_keeps_the_leases_of_services_without_containers() -> None:
    records = ledger_of(stack(A, web=1, off=2))
    records.adopt(A, leases(web=1))
    assert records.stacks["a-1"].ports == leases(web=1, off=2)
