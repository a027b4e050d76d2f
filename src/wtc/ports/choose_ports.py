"""Which host port a published port gets. Pure: the same arguments give the same ports."""

import math
from collections.abc import Collection, Iterator, Mapping, Sequence

from wtc.errors import WtcError
from wtc.hashes import sha256
from wtc.model.ports import PortId, PortRequest
from wtc.registry.port_keys import format_port_key


def choose_ports(
    requests: Sequence[PortRequest],
    *,
    namespace: str,
    held: Mapping[PortId, int],
    taken: Collection[int],
    span: range,
    settled: Collection[PortId] = (),
) -> dict[PortId, int]:
    """Return port -> host port, one for each request; no host port twice, in any protocol, except where they share.

    `held` are the stack's leases (port -> host port). A lease is kept unless it is in `taken`, the ports of others.
    Ports in `settled` keep their lease even if they could share another one now, because a container publishes it.
    The others get the host port in `span` that namespace and port hash to, or the next free one of a fixed sequence.

    Raises:
        WtcError: every port of `span` is taken.
    """
    first_of = _first_of_share(requests, held, settled)
    chosen = _keep_leases(first_of, held, frozenset(taken))
    unavailable = {*taken, *held.values()}
    # Sorted, so that the order of services in the file does not matter.
    waiting = sorted({port for port in first_of.values() if port not in chosen})
    displaced: list[PortId] = []
    for port in waiting:
        first = next(_candidates(namespace, port, span), None)
        if first is None or first in unavailable:
            displaced.append(port)
        else:
            chosen[port] = first
            unavailable.add(first)
    # Displaced ports come last, so that none takes the first choice of another.
    for port in displaced:
        found = next((number for number in _candidates(namespace, port, span) if number not in unavailable), None)
        if found is None:
            raise _exhausted(port, span, len(waiting))
        chosen[port] = found
        unavailable.add(found)
    return {request.id: chosen[first_of[request.id]] for request in requests}


def _first_of_share(
    requests: Sequence[PortRequest], held: Mapping[PortId, int], settled: Collection[PortId]
) -> dict[PortId, PortId]:
    """Return port -> the first of the ports that it shares a host port with; itself if it shares none."""
    first: dict[str, PortId] = {}
    for request in requests:
        if request.share:
            first[request.share] = min(request.id, first.get(request.share, request.id))
    first_of = {request.id: first.get(request.share, request.id) for request in requests}
    leases: dict[PortId, set[int]] = {}
    for port in first_of.keys() & held.keys():
        leases.setdefault(first_of[port], set()).add(held[port])
    alone = {port for port in held.keys() & set(settled) if len(leases.get(first_of.get(port, port), ())) > 1}
    return {port: port if port in alone else first for port, first in first_of.items()}


def _keep_leases(
    first_of: Mapping[PortId, PortId], held: Mapping[PortId, int], taken: frozenset[int]
) -> dict[PortId, int]:
    """Return first port of a share -> the lease of that port, else of another port of the share."""
    kept: dict[PortId, int] = {}
    for port, first in sorted(first_of.items()):
        lease = held.get(port)
        if first not in kept and lease is not None and lease not in taken and lease not in kept.values():
            kept[first] = lease
    return kept


def _candidates(namespace: str, port: PortId, span: range) -> Iterator[int]:
    """Yield every host port of the span once, in an order that depends on namespace and port alone."""
    size = len(span)
    digest = sha256(f"{namespace}\0{format_port_key(port)}".encode("utf-8", "surrogatepass")).digest()
    index = int.from_bytes(digest[:8])
    stride = int.from_bytes(digest[8:16])
    # A stride that shares no factor with the size visits every index.
    while size and math.gcd(stride, size) != 1:
        stride += 1
    for _ in range(size):
        yield span[index % size]
        index += stride


def _exhausted(port: PortId, span: range, wanted: int) -> WtcError:
    first, last = (span[0], span[-1]) if span else (span.start, span.stop)
    wanting = (
        f"`{port.service}` of `x-wtc.ports`"
        if port.of_host
        else f"port {port.target}/{port.protocol} of service `{port.service}`"
    )
    return WtcError(
        f"no free host port is left in {first}-{last} for {wanting}",
        causes=[f"{wanted} more of {len(span)} ports are needed, and the others are leased or in use"],
        hints=[
            "to free the ports of worktrees that are gone, run `wtc clean --gone`",
            f"to widen the range, set `WTC_PORT_RANGE={first}-{min(last + 10000, 65535)}`",
        ],
    )
