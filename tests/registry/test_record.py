"""The registry in memory: stacks by namespace, and what the engine shows against what was recorded."""

from wtc.model.namespace import Namespace
from wtc.registry.record import Ledger, StackRecord

A, B = Namespace(name="a-1", worktree="/w/a"), Namespace(name="b-1", worktree="/w/b")


def stack(namespace: Namespace, **ports: int) -> StackRecord:
    return StackRecord(worktree=namespace.worktree, namespace=namespace.name, ports=ports)


def ledger_of(*records: StackRecord) -> Ledger:
    return Ledger(stacks={record.namespace: record for record in records})


def test_the_ports_of_others_are_those_of_every_other_namespace() -> None:
    beside = Namespace(name="a-api-1", worktree="/w/a")
    ledger = ledger_of(stack(A, web=1), stack(B, web=2, db=3), stack(beside, web=4))
    assert ledger.leased_to_others("a-1") == {2, 3, 4}
    assert ledger.leased_to_others("elsewhere-1") == {1, 2, 3, 4}


def test_one_worktree_has_several_stacks() -> None:
    top, api = stack(A), stack(Namespace(name="a-api-1", worktree="/w/a"))
    ledger = ledger_of(top, stack(B), api)
    assert ledger.of_worktree("/w/a") == (top, api)
    assert ledger.of_worktree("/w") == ()


def test_dropping_twice_frees_the_leases_once() -> None:
    ledger = ledger_of(stack(A, web=1))
    ledger.drop("a-1")
    ledger.drop("a-1")
    assert ledger.leased_to_others("b-1") == frozenset()


def test_the_record_follows_a_moved_worktree() -> None:
    ledger = ledger_of(stack(A, web=1))
    moved = Namespace(name="a-1", worktree="/w/moved")
    ledger.put(ledger.record_of(moved))
    assert ledger.stacks == {"a-1": stack(moved, web=1)}


def test_adopting_rebuilds_a_stack_from_what_the_engine_shows() -> None:
    ledger = Ledger()
    ledger.adopt(A, {"web/80/tcp": 20001})
    assert ledger.stacks == {"a-1": StackRecord(worktree="/w/a", namespace="a-1", ports={"web/80/tcp": 20001})}


def test_a_published_port_replaces_a_stale_lease() -> None:
    ledger = ledger_of(stack(A, web=1, db=2, cache=3), stack(B, web=7, db=8))
    ledger.adopt(A, {"web": 7, "db": 3})
    assert ledger.stacks["a-1"].ports == {"web": 7, "db": 3}
    assert ledger.stacks["b-1"].ports == {"db": 8}


def test_adopting_keeps_the_leases_of_services_without_containers() -> None:
    ledger = ledger_of(stack(A, web=1, off=2))
    ledger.adopt(A, {"web": 1})
    assert ledger.stacks["a-1"].ports == {"web": 1, "off": 2}
