"""Host ports: `PortId` -> `PortRequest` (of the file) -> `PortBinding` (of the engine) -> `Endpoint` (for the user).

A published port is a `range`: the host ports of which the engine takes one, empty if it takes any free port.
"""

from collections.abc import Mapping

from wtc.dataclass import dataclass

HOST_PROCESS = "host"
"""In place of the protocol: no container publishes the port, a process on the host listens on it."""
ANY_PORT = range(0)
"""The engine takes any free port."""

_PORTS_OF_SCHEMES = {
    "https": (443, 2376, 6443, 8443, 9443),
    "ssh": (22,),
    "ftp": (21,),
    "smtp": (25, 587, 1025, 2525),
    "smtps": (465,),
    "pop3": (110,),
    "pop3s": (995,),
    "imap": (143,),
    "imaps": (993,),
    "ldap": (389,),
    "ldaps": (636,),
    "mqtt": (1883,),
    "mqtts": (8883,),
    "amqp": (5672,),
    "amqps": (5671,),
    "nats": (4222,),
    "mysql": (3306,),
    "postgresql": (5432, 6432, 26257),
    "redis": (6379, 26379),
    "mongodb": (27017, 27018, 27019),
    "bolt": (7687,),
    "sqlserver": (1433,),
    "memcached": (11211,),
    "vnc": (5900,),
    # Debuggers: Delve, JDWP, debugpy, Xdebug, Node.js.
    "tcp": (
        *(2345, 5005, 5678, 9003, 9229, 9230),
        # DNS, JMX, Oracle, NFS, ZooKeeper, RDP, Cassandra, Kafka, gRPC, ActiveMQ.
        *(53, 1099, 1521, 2049, 2181, 3389, 9042, 9092, 9093, 9094, 50051, 61616),
    ),
}
SCHEMES = {port: scheme for scheme, ports in _PORTS_OF_SCHEMES.items() for port in ports}
"""Well-known container port -> scheme of its URL; `tcp` where programs have no URL for it."""

_SAME_SCHEMES = {
    "postgres": "postgresql",
    "pgsql": "postgresql",
    "mariadb": "mysql",
    "mysql2": "mysql",
    "rediss": "redis",
    "mongo": "mongodb",
    "mssql": "sqlserver",
    "wss": "https",
}
DEFAULT_PORTS: Mapping[str, int] = {
    **{scheme: ports[0] for scheme, ports in _PORTS_OF_SCHEMES.items() if scheme != "tcp"},
    **{other: _PORTS_OF_SCHEMES[scheme][0] for other, scheme in _SAME_SCHEMES.items()},
    "http": 80,
    "ws": 80,
}
"""Scheme of a URL -> the port that it means where it names none."""


def single_port(published: range) -> int:
    """Return the host port that is asked for; 0 if the engine chooses one."""
    return published[0] if len(published) == 1 else 0


def format_ports(published: range) -> str:
    """Return the text of a compose file: `8080`, `8000-8010`, empty for any free port."""
    if not published:
        return ""
    return str(published[0]) if len(published) == 1 else f"{published[0]}-{published[-1]}"


def format_url(host: str, port: int, target: int, protocol: str) -> str:
    """Return the URL of a published port."""
    scheme = SCHEMES.get(target, "http") if protocol == "tcp" else protocol
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class PortId:
    """A published port of one replica, the same over the stack's life. Sorted, ports are in the order of listings."""

    service: str
    number: int = 1
    """The replica, from 1."""
    target: int
    protocol: str
    entry: int = 0
    """Counts the service's entries for this container port, from 0."""

    @property
    def of_host(self) -> bool:
        """Whether it is leased to a process on the host, named `service`; `target` is 0 then."""
        return self.protocol == HOST_PROCESS


@dataclass(frozen=True, slots=True, kw_only=True)
class PortRequest:
    """A port that needs a host port."""

    id: PortId
    index: int
    """The entry's index in the service's `ports`."""
    host_ip: str = ""
    published: range = ANY_PORT
    """What the file asks for."""
    variable: str = ""
    """The variable by which the file names the published port, if any: `WEB_PORT` of `${WEB_PORT:-8080}:80`."""
    share: str = ""
    """Requests with the same one get the same host port, because the file gives them one variable or one number."""

    @property
    def transport(self) -> str:
        """The protocol of the host port: a process on the host is expected to listen on TCP."""
        return "tcp" if self.id.of_host else self.id.protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class PortBinding:
    """A container port as the engine publishes it, or was asked to; then `port` 0 is any."""

    target: int
    protocol: str
    host_ip: str
    port: int


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Endpoint:
    """Where a published port answers. Sorted, endpoints are in the order of listings."""

    id: PortId
    host: str
    port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HostPort:
    """A port that is leased to a process on the host, and the variable that has it."""

    name: str
    variable: str
    port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldPort:
    """A host port that a running container publishes. Namespace, worktree and service are empty if it is not wtc's."""

    binding: PortBinding
    container: str
    """Its name."""
    id: str
    namespace: str = ""
    worktree: str = ""
    service: str = ""
    """Empty also for a one-off container."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A process of this machine; `pid` 0 and an empty `name` if it cannot be seen."""

    pid: int = 0
    name: str = ""
