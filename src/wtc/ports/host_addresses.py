"""Rewrite addresses of services in environment values for a process on the host. Pure.

In a container `postgres://u:p@db:5432/app` reaches service `db`; on the host its published port does, at
`localhost:24713`.
"""

import re
from collections.abc import Iterator, Mapping

from wtc.dataclass import dataclass, field
from wtc.model.ports import DEFAULT_PORTS

_SCHEME = r"[A-Za-z][A-Za-z0-9+.-]*://"
# A comma separates hosts of one URL, or whole URLs.
_URL = re.compile(rf"(?P<scheme>{_SCHEME})(?P<authority>(?:(?!,{_SCHEME})[^\s/?#\"'])+)")
_HOST_PORT = re.compile(r"(?P<host>[A-Za-z0-9][A-Za-z0-9_.-]*)(?::(?P<port>\d{1,5}))?")
_LIST = re.compile(r"\s*[A-Za-z0-9][\w.-]*:\d{1,5}(?:\s*[,;\s]\s*[A-Za-z0-9][\w.-]*:\d{1,5})*\s*")
"""`kafka:9092`, or several of them."""
_HOST, _PORT = "HOST", "PORT"
"""The ends of the names of two variables that are one address, such as `DB_HOST` and `DB_PORT`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceAddresses:
    """The names of services inside the stack, and where their TCP ports answer on the host."""

    services: Mapping[str, str]
    """Name in the stack's networks (service, container name, alias) -> service."""
    reached: Mapping[tuple[str, int], tuple[str, int]]
    """(service, container port) -> (host, host port)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HostValues:
    """Variables that address services, as the host needs them."""

    values: Mapping[str, str] = field(default_factory=dict[str, str])
    """Name -> rewritten value."""
    unreached: Mapping[str, tuple[str, int]] = field(default_factory=dict[str, tuple[str, int]])
    """Name -> the service and port that its value addresses, and that the host does not reach."""


class _UnreachedError(Exception):
    def __init__(self, service: str, port: int) -> None:
        super().__init__(service, port)
        self.address = service, port


def host_values(environment: Mapping[str, str], addresses: ServiceAddresses) -> HostValues:
    """Return the variables of an environment that address a service of the stack.

    An address is the host of a URL, with its port or the scheme's, the whole value as `HOST:PORT` or a list of them,
    or two variables whose names end in `HOST` and `PORT`.
    """
    values: dict[str, str] = {}
    unreached: dict[str, tuple[str, int]] = {}
    for name, value in environment.items():
        try:
            rewritten = _replace_addresses(value, addresses)
        except _UnreachedError as error:
            unreached[name] = error.address
            continue
        if rewritten != value:
            values[name] = rewritten
    for host, port in _pairs(environment, addresses):
        service, target = addresses.services[environment[host]], int(environment[port])
        if found := addresses.reached.get((service, target)):
            values |= {host: found[0], port: str(found[1])}
        else:
            unreached |= {host: (service, target), port: (service, target)}
    return HostValues(values=values, unreached=unreached)


def _replace_addresses(value: str, addresses: ServiceAddresses) -> str:
    """Return the value for the host. Raises: _UnreachedError."""
    if "://" in value:
        return _URL.sub(lambda found: _authority(found, addresses), value)
    if _LIST.fullmatch(value):
        return _HOST_PORT.sub(lambda found: _address(found, 0, addresses), value)
    return value


def _authority(found: re.Match[str], addresses: ServiceAddresses) -> str:
    # `postgresql+asyncpg`; `jdbc:postgresql` has its own scheme before the colon.
    scheme = found["scheme"].removesuffix("://").partition("+")[0].lower()
    user, at, hosts = found["authority"].rpartition("@")
    default = DEFAULT_PORTS.get(scheme, 0)
    parsed = ((host, _HOST_PORT.fullmatch(host)) for host in hosts.split(","))
    rewritten = ",".join(_address(one, default, addresses) if one else host for host, one in parsed)
    return f"{found['scheme']}{user}{at}{rewritten}"


def _address(found: re.Match[str], default: int, addresses: ServiceAddresses) -> str:
    service = addresses.services.get(found["host"])
    if service is None:
        return found[0]
    target = int(found["port"] or default)
    reached = addresses.reached.get((service, target))
    if reached is None:
        raise _UnreachedError(service, target)
    host, port = reached
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _pairs(environment: Mapping[str, str], addresses: ServiceAddresses) -> Iterator[tuple[str, str]]:
    """Yield the names of each pair of variables that address a service."""
    for name, value in environment.items():
        if name.upper().endswith(_HOST) and value in addresses.services:
            port = name[: -len(_HOST)] + (_PORT if name.isupper() else _PORT.lower())
            if environment.get(port, "").isdecimal():
                yield name, port
