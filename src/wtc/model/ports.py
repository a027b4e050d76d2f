"""Host ports: what a project asks for, and what was given."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class PortRequest:
    """One published container port of one replica, which needs a host port of its own."""

    key: str
    """Stable over the stack's life: `web/80/tcp`, `web:2/80/tcp` for a replica, `web/80/tcp#1` for a second entry."""
    service: str
    target: int
    protocol: str
    number: int
    """The replica, from 1."""
    index: int
    """The port's place in the service's `ports`."""
    host_ip: str = ""
    published: str = ""
    """What the file asks for: a port, a range, or nothing."""
    share: str = ""
    """Requests with the same one get the same host port: the file names them by one variable. Nothing: a port alone."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Endpoint:
    """Where a published port answers. Sorted, they stand as every command lists them."""

    service: str
    number: int = 1
    """The replica, from 1."""
    target: int
    protocol: str
    host: str
    port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldPort:
    """A host port that a running container publishes. Namespace, worktree and service are empty if it is not wtc's."""

    port: int
    protocol: str
    host_ip: str
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
