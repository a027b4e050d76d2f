"""The services that a sandbox reaches, and under which names and addresses inside it. Pure."""

import re
from collections.abc import Awaitable, Callable, Sequence

from wtc.dataclass import dataclass
from wtc.errors import WtcError

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
_LOCAL = ("localhost", "ip6-localhost", "ip6-loopback")
_FIRST_BLOCK, _BLOCK = 2, 254
"""Services have 127.0.2.1 to 127.0.2.254, then 127.0.3.1 and so on: systems use 127.0.0.x and 127.0.1.1 themselves."""
MOST_SERVICES = (256 - _FIRST_BLOCK) * _BLOCK


class StackUnreachableError(WtcError):
    """The services cannot be made reachable in a sandbox."""

    code = "stack_unreachable"


@dataclass(frozen=True, slots=True, kw_only=True)
class StackService:
    """A service as a sandbox sees it."""

    name: str
    aliases: tuple[str, ...] = ()
    """Its other names. A name that several services have leads to the first one, a service's own name to that one."""
    ports: tuple[int, ...]
    """TCP ports of its containers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """What a sandbox reaches beside its workspace."""

    services: tuple[StackService, ...]
    addresses: Callable[[str, int], Awaitable[Sequence[tuple[str, int]]]]
    """(service, port) -> each (host, port) at which this machine reaches it now, in the order to try.

    Awaited for each connection, so that a service may restart with another address. The connection is reset if there
    is none, and for an `OSError` or a `WtcError`.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """An address inside a sandbox, and what it leads to."""

    address: str
    service: str
    port: int
    """Of the address and of the service."""


def listeners(services: Sequence[StackService]) -> tuple[Listener, ...]:
    """Return where the ports of services are reached inside: each service has an address, for ports may be equal."""
    return tuple(
        Listener(address=_address(index), service=service.name, port=port)
        for index, service in enumerate(services)
        for port in service.ports
    )


def hosts_file(services: Sequence[StackService], *, host_name: str) -> str:
    """Return the content of `/etc/hosts` inside. `host_name` is the machine's own.

    Names with characters that a hosts file cannot have are left out.
    """
    names = {"localhost": "127.0.0.1"}
    for index, service in enumerate(services):
        names.setdefault(service.name, _address(index))
    for index, service in enumerate(services):
        for alias in service.aliases:
            names.setdefault(alias, _address(index))
    names.setdefault(host_name, "127.0.0.1")
    lines = [f"{address}\t{name}\n" for name, address in names.items() if _NAME.fullmatch(name)]
    return "".join([*lines, f"::1\t{' '.join(_LOCAL)}\n"])


def _address(index: int) -> str:
    return f"127.0.{_FIRST_BLOCK + index // _BLOCK}.{1 + index % _BLOCK}"
