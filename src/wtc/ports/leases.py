"""Leasing: the pure choice of ports, made under the registry's lock."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from wtc.model.namespace import Namespace
from wtc.model.ports import PortRequest
from wtc.ports.choose_ports import choose_ports
from wtc.registry.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseResult:
    """What a lease came to."""

    ports: Mapping[str, int]
    """Request key -> host port, for every request."""
    moved: Mapping[str, int]
    """Request key -> the port that it had, where others have that now."""
    joined: Mapping[str, int]
    """Request key -> the port that it had, where it has the number of another one now that the file gives both."""
    warnings: tuple[str, ...] = ()


def register_stack(store: Store, namespace: Namespace) -> None:
    """Enter the stack in the registry, in place of another one of the same worktree and project folder.

    Raises:
        WtcError: the registry cannot be written.
    """
    with store.transaction() as records:
        record = records.record_for(namespace)
        for other in records.of_worktree(record.worktree):
            if (other.id, other.directory) == (record.id, record.directory):
                records.drop(other.namespace)
        records.put(record)


def lease_host_ports(
    store: Store,
    namespace: Namespace,
    requests: Sequence[PortRequest],
    *,
    span: range,
    bind: str = "",
    busy: Collection[int] = (),
    free: Callable[[PortRequest, int], bool] = lambda _request, _port: True,
    keep: bool = False,
    settled: Collection[str] | None = None,
) -> LeaseResult:
    """Leases a host port for each request, and keeps the leases of what is not asked for now.

    `bind` is the address of those that name none. `busy` are ports that something else has, as the engine says; a lease
    on one of them moves. `free` is asked about ports that were not this stack's before. With `keep` a lease that
    another stack has too does not move: which of the two runs, only the engine knows. `settled` are the keys of ports
    that containers publish, None if that is not known: these leases do not move to share the number of another one.

    Raises:
        WtcError: the registry cannot be written, or no port is left.
    """
    with store.transaction() as records:
        record = records.record_for(namespace)
        others = records.leased_to_others(namespace.name)
        taken = {*busy, *(others - set(record.ports.values()) if keep else others)}
        kept = record.ports.keys() if settled is None else settled
        while True:
            ports = choose_ports(
                requests, namespace=namespace.name, held=record.ports, taken=taken, span=span, settled=kept
            )
            refused = {
                port
                for request in requests
                if record.ports.get(request.key) != (port := ports[request.key]) and not free(request, port)
            }
            if not refused:
                break
            taken |= refused
        addresses = {request.key: address for request in requests if (address := request.host_ip or bind)}
        records.put(
            replace(
                record,
                ports={**record.ports, **ports},
                addresses={**record.addresses, **addresses},
            )
        )
    before = {key: record.ports[key] for key, port in ports.items() if record.ports.get(key, port) != port}
    moved = {key: port for key, port in before.items() if port in taken}
    joined = {key: port for key, port in before.items() if port not in taken}
    return LeaseResult(ports=ports, moved=moved, joined=joined, warnings=records.warnings)
