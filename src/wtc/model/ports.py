"""Host ports: `PortId` -> `PortRequest` (of the file) -> `PortBinding` (of the engine) -> `Endpoint` (for the user).

A published port is a `range`: the host ports of which the engine takes one, empty if it takes any free port.
"""

from wtc.dataclass import dataclass

HOST_PROCESS = "host"
"""In place of the protocol: no container publishes the port, a process on the host listens on it."""
ANY_PORT = range(0)
"""The engine takes any free port."""


def single_port(published: range) -> int:
    """Return the host port that is asked for; 0 if the engine chooses one."""
    return published[0] if len(published) == 1 else 0


def format_ports(published: range) -> str:
    """Return the text of a compose file: `8080`, `8000-8010`, empty for any free port."""
    if not published:
        return ""
    return str(published[0]) if len(published) == 1 else f"{published[0]}-{published[-1]}"


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
