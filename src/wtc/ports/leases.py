"""Leasing: the pure choice of ports, made under the registry's lock."""

from collections.abc import Callable, Collection, Mapping, Sequence

from wtc.dataclass import dataclass, replace
from wtc.model.namespace import Namespace
from wtc.model.ports import PortId, PortRequest
from wtc.ports.choose_ports import choose_ports
from wtc.registry.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseResult:
    """The leases, and which of them changed."""

    ports: Mapping[PortId, int]
    """Port -> host port, for every request."""
    moved: Mapping[PortId, int]
    """Port -> its previous host port, which others have now."""
    joined: Mapping[PortId, int]
    """Port -> its previous host port, where it shares the number of another port now."""
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
    settled: Collection[PortId] | None = None,
) -> LeaseResult:
    """Lease a host port for each request, and keep the leases of ports that are not requested.

    `bind` is the address of requests that name none. `busy` are host ports that others have, as the engine shows; a
    lease on one of them moves. `free` is asked about host ports that the stack does not have yet in this protocol and
    at this address. With `keep` a lease that another stack has too does not move: only the engine knows which of the
    two runs. `settled` are the ports that containers publish, None if that is not known: their leases do not move to
    share the number of another port.

    Raises:
        WtcError: the registry cannot be written, or no port is left.
    """
    with store.transaction() as records:
        record = records.record_for(namespace)
        others = records.leased_to_others(namespace.name)
        taken = {*busy, *(others - set(record.ports.values()) if keep else others)}
        kept = record.ports.keys() if settled is None else settled
        own = {(port.protocol, record.addresses.get(port, ""), number) for port, number in record.ports.items()}
        while True:
            ports = choose_ports(
                requests, namespace=namespace.name, held=record.ports, taken=taken, span=span, settled=kept
            )
            refused = {
                port
                for request in requests
                if (request.id.protocol, request.host_ip or bind, port := ports[request.id]) not in own
                and not free(request, port)
            }
            if not refused:
                break
            taken |= refused
        addresses = {request.id: address for request in requests if (address := request.host_ip or bind)}
        records.put(
            replace(
                record,
                ports={**record.ports, **ports},
                addresses={**record.addresses, **addresses},
            )
        )
    before = {port: record.ports[port] for port, number in ports.items() if record.ports.get(port, number) != number}
    moved = {port: number for port, number in before.items() if number in taken}
    joined = {port: number for port, number in before.items() if number not in taken}
    return LeaseResult(ports=ports, moved=moved, joined=joined, warnings=records.warnings)
