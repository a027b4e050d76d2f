"""Which host port a published port gets. Pure: the same question has the same answer."""

import hashlib
import math
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence

from wtc.errors import WtcError
from wtc.model.lease import PortRequest
from wtc.model.project import Project
from wtc.model.service import Service


def port_requests(project: Project, scales: Mapping[str, int]) -> tuple[PortRequest, ...]:
    """What the project needs host ports for: each published port of each replica, in the project's order.

    `scales` is service -> number of replicas, where the command line sets it. A service in the engine's own network
    (`network_mode: host`) publishes nothing.
    """
    return tuple(
        request
        for service in project.services.values()
        if service.network_mode != "host"
        for number in range(1, scales.get(service.name, _replicas(service)) + 1)
        for request in _of_replica(service, number, project)
    )


def choose(
    requests: Sequence[PortRequest],
    *,
    worktree: str,
    held: Mapping[str, int],
    taken: Collection[int],
    span: range,
) -> dict[str, int]:
    """A host port for each request: request key -> port, no port twice, whatever the protocols.

    `held` are the worktree's leases (key -> port): one is kept unless it is in `taken`, the ports that others have.
    The rest get the port in `span` that worktree and key hash to, or the next free one of a sequence that is as fixed.

    Raises:
        WtcError: every port of `span` is spoken for.
    """
    kept = _kept(requests, held, frozenset(taken))
    spoken_for = {*taken, *held.values()}
    chosen = dict(kept)
    # By key, so that the order of services in the file is of no account.
    waiting = sorted(request.key for request in requests if request.key not in kept)
    displaced: list[str] = []
    for key in waiting:
        first = next(_candidates(worktree, key, span), None)
        if first is None or first in spoken_for:
            displaced.append(key)
        else:
            chosen[key] = first
            spoken_for.add(first)
    # Only then do the displaced look on, lest they take what another is first in line for.
    for key in displaced:
        port = next((port for port in _candidates(worktree, key, span) if port not in spoken_for), None)
        if port is None:
            raise _exhausted(next(request for request in requests if request.key == key), span, len(waiting))
        chosen[key] = port
        spoken_for.add(port)
    return {request.key: chosen[request.key] for request in requests}


def _of_replica(service: Service, number: int, project: Project) -> Iterator[PortRequest]:
    seen = Counter[str]()
    for index, port in enumerate(service.ports):
        entry = f"{_replica(service.name, number, project)}/{port.target}/{port.protocol}"
        key = f"{entry}#{seen[entry]}" if seen[entry] else entry
        seen[entry] += 1
        yield PortRequest(
            key=key,
            service=service.name,
            target=port.target,
            protocol=port.protocol,
            number=number,
            index=index,
            host_ip=port.host_ip,
            published=port.published,
        )


def _replica(service: str, number: int, project: Project) -> str:
    if number == 1:
        return service
    # A service may itself be called `web.2`; no service has a colon in its name.
    return f"{service}:{number}" if f"{service}.{number}" in project.services else f"{service}.{number}"


def _replicas(service: Service) -> int:
    if service.scale is not None:
        return service.scale
    if service.deploy is not None and service.deploy.replicas is not None:
        return service.deploy.replicas
    return 1


def _kept(requests: Sequence[PortRequest], held: Mapping[str, int], taken: frozenset[int]) -> dict[str, int]:
    kept: dict[str, int] = {}
    for request in requests:
        port = held.get(request.key)
        if port is not None and port not in taken and port not in kept.values():
            kept[request.key] = port
    return kept


def _candidates(worktree: str, key: str, span: range) -> Iterator[int]:
    """Every port of the span once, in an order that worktree and key decide."""
    size = len(span)
    digest = hashlib.sha256(f"{worktree}\0{key}".encode("utf-8", "surrogatepass")).digest()
    place = int.from_bytes(digest[:8])
    stride = int.from_bytes(digest[8:16])
    # A stride that shares no factor with the size visits every place.
    while size and math.gcd(stride, size) != 1:
        stride += 1
    for _ in range(size):
        yield span[place % size]
        place += stride


def _exhausted(request: PortRequest, span: range, wanted: int) -> WtcError:
    first, last = (span[0], span[-1]) if span else (span.start, span.stop)
    return WtcError(
        f"no free host port is left in {first}-{last} for port {request.target}/{request.protocol}"
        f" of service `{request.service}`",
        causes=[f"{wanted} more of {len(span)} ports were asked for, and the rest are leased or in use"],
        hints=[
            "to free the ports of worktrees that are gone, run `wtc clean --gone`",
            f"to widen the range, set `WTC_PORT_RANGE={first}-{min(last + 10000, 65535)}`",
        ],
    )
