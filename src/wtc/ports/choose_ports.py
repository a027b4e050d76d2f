"""Which host port a published port gets. Pure: the same question has the same answer."""

import hashlib
import math
from collections.abc import Collection, Iterator, Mapping, Sequence

from wtc.errors import WtcError
from wtc.model.ports import PortRequest


def choose_ports(
    requests: Sequence[PortRequest],
    *,
    namespace: str,
    held: Mapping[str, int],
    taken: Collection[int],
    span: range,
    settled: Collection[str] = (),
) -> dict[str, int]:
    """A host port for each request: request key -> port, no port twice (whatever the protocols) unless it is shared.

    `held` are the stack's leases (key -> port): one is kept unless it is in `taken`, the ports that others have.
    Keys in `settled` keep their lease even if they could share another one now: a container publishes it.
    The rest get the port in `span` that namespace and key hash to, or the next free one of a sequence that is as fixed.

    Raises:
        WtcError: every port of `span` is spoken for.
    """
    first_of = _first_of_share(requests, held, settled)
    kept = _keep_leases(first_of, held, frozenset(taken))
    spoken_for = {*taken, *held.values()}
    chosen = dict(kept)
    # By key, so that the order of services in the file is of no account.
    waiting = sorted({key for key in first_of.values() if key not in kept})
    displaced: list[str] = []
    for key in waiting:
        first = next(_candidates(namespace, key, span), None)
        if first is None or first in spoken_for:
            displaced.append(key)
        else:
            chosen[key] = first
            spoken_for.add(first)
    # Only then do the displaced look on, lest they take what another is first in line for.
    for key in displaced:
        port = next((port for port in _candidates(namespace, key, span) if port not in spoken_for), None)
        if port is None:
            raise _exhausted(next(request for request in requests if request.key == key), span, len(waiting))
        chosen[key] = port
        spoken_for.add(port)
    return {request.key: chosen[first_of[request.key]] for request in requests}


def _first_of_share(
    requests: Sequence[PortRequest], held: Mapping[str, int], settled: Collection[str]
) -> dict[str, str]:
    """Request key -> the first key of those that it shares a port with; its own where it has a port alone."""
    first: dict[str, str] = {}
    for request in requests:
        if request.share:
            first[request.share] = min(request.key, first.get(request.share, request.key))
    first_of = {request.key: first.get(request.share, request.key) for request in requests}
    leases: dict[str, set[int]] = {}
    for key in first_of.keys() & held.keys():
        leases.setdefault(first_of[key], set()).add(held[key])
    alone = {key for key in held.keys() & set(settled) if len(leases.get(first_of.get(key, key), ())) > 1}
    return {key: key if key in alone else first for key, first in first_of.items()}


def _keep_leases(first_of: Mapping[str, str], held: Mapping[str, int], taken: frozenset[int]) -> dict[str, int]:
    """First key of a share -> the port that it, else another of the share, has had."""
    kept: dict[str, int] = {}
    for key, first in sorted(first_of.items()):
        port = held.get(key)
        if first not in kept and port is not None and port not in taken and port not in kept.values():
            kept[first] = port
    return kept


def _candidates(namespace: str, key: str, span: range) -> Iterator[int]:
    """Every port of the span once, in an order that namespace and key decide."""
    size = len(span)
    digest = hashlib.sha256(f"{namespace}\0{key}".encode("utf-8", "surrogatepass")).digest()
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
