"""The observed state: a snapshot of the engine by label."""

from collections.abc import Mapping

from wtc.dataclass import dataclass, field
from wtc.model.identity import LabelledStack
from wtc.model.ports import PortBinding

RUNNING_STATES = frozenset({"running", "restarting", "paused"})
"""The states of a container whose process exists, or that the engine is about to start again."""
PROCESS_STATES = frozenset({"running", "paused"})
"""The states of a container whose process exists now."""
ACTIVE_STATES = frozenset({"running", "restarting"})
"""The states of a container that nothing has to start or unpause."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MountedVolume:
    """A volume inside a container; the engine names an anonymous one with 64 hex digits."""

    name: str
    target: str
    anonymous: bool = False
    writable: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservedContainer:
    """A container, as its inspection shows it; as a list shows it where it is not the stack's."""

    id: str
    name: str
    service: str
    number: int
    image: str
    """The reference that it was created from."""
    image_id: str
    state: str
    """`created`, `running`, `paused`, `restarting`, `exited`, `dead` or `removing`."""
    exit_code: int = 0
    health: str = ""
    """`starting`, `healthy`, `unhealthy`, or empty without a healthcheck."""
    config_hash: str = ""
    replaces: str = ""
    """The id of the container that this one was created to replace; empty after the replacement."""
    oneoff: bool = False
    networks: Mapping[str, str] = field(default_factory=dict[str, str])
    """Network name -> network id ("" if the network is gone)."""
    namespaces: tuple[str, ...] = ()
    """The containers whose network, IPC and PID namespaces it joins, by id or by name, as it was created."""
    volumes: tuple[MountedVolume, ...] = ()
    binds: tuple[str, ...] = ()
    """The host paths that it mounts."""
    ports: tuple[PortBinding, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict[str, str])
    created: str = ""
    started: str = ""
    """RFC 3339, as the engine writes it; empty if it never ran."""
    stop_grace_s: int | None = None
    mem_limit_bytes: int = 0
    mem_reservation_bytes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservedNetwork:
    """A network, wtc's or external."""

    id: str
    name: str
    labels: Mapping[str, str] = field(default_factory=dict[str, str])
    subnets: tuple[str, ...] = ()
    """In CIDR notation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubnetPool:
    """The IPv4 ranges of subnets, in CIDR notation, the preferred one first. `routes` are those of the host."""

    ranges: tuple[str, ...]
    routes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservedVolume:
    """A volume, wtc's or external."""

    name: str
    labels: Mapping[str, str] = field(default_factory=dict[str, str])
    created: str = ""
    """RFC 3339 in the engine's own zone, to the second."""
    driver: str = "local"


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservedImage:
    """An image by one of its references."""

    reference: str
    id: str
    labels: Mapping[str, str] = field(default_factory=dict[str, str])
    volumes: tuple[str, ...] = ()
    """The mount targets for which it declares a volume; known of images that were asked for."""
    user: str = ""
    """`USER[:GROUP]`, empty for root; known of images that were asked for."""
    tagged_s: float = 0.0
    """Since 1970, when a tag of it was last set; known of images that were asked for, if the engine knows it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignUse:
    """What the containers use that are not the stack's (of a listing: not wtc's)."""

    volumes: Mapping[str, str] = field(default_factory=dict[str, str])
    """Volume name -> the name of a container that mounts it."""
    writers: Mapping[str, str] = field(default_factory=dict[str, str])
    """Volume name -> the name of a running container that mounts it writable."""
    images: Mapping[str, str] = field(default_factory=dict[str, str])
    """Image id -> the name of a container that was created from it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerRef:
    """A container that exists (`id`), or that an earlier node creates (`id` empty: by name)."""

    name: str
    id: str = ""

    @property
    def key(self) -> str:
        """The id or name to use in engine calls."""
        return self.id or self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineListing:
    """The objects on an engine, as its lists show them: all containers, networks and volumes, and wtc's images."""

    containers: tuple[ObservedContainer, ...] = ()
    networks: tuple[ObservedNetwork, ...] = ()
    volumes: tuple[ObservedVolume, ...] = ()
    images: tuple[ObservedImage, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """One stack on the engine, and the objects that can conflict with it.

    `containers` are the stack's own. `networks` and `volumes` hold everything on the engine by name; `ownership` says
    which of them are the stack's.
    """

    containers: tuple[ObservedContainer, ...] = ()
    networks: Mapping[str, ObservedNetwork] = field(default_factory=dict[str, ObservedNetwork])
    volumes: Mapping[str, ObservedVolume] = field(default_factory=dict[str, ObservedVolume])
    images: Mapping[str, ObservedImage] = field(default_factory=dict[str, ObservedImage])
    """Reference -> image, for the references that were asked for and those of this worktree's built images."""
    foreign: tuple[ObservedContainer, ...] = ()
    """Every container on the engine that is not this stack's."""
    foreign_use: ForeignUse = field(default_factory=ForeignUse)
    left_alone: Mapping[str, str] = field(default_factory=dict[str, str])
    """Objects with the namespace's label that are not the stack's: kind and name -> the reason."""
    api_version: tuple[int, int] = (1, 41)
    at_s: float = 0.0
    """When it was observed, since 1970."""
    subnet_pool: SubnetPool | None = None
    """The addresses of networks to create; None leaves the choice to the engine."""

    @property
    def foreign_names(self) -> Mapping[str, str]:
        """Name -> id of every container on the engine that is not this stack's."""
        return {container.name: container.id for container in self.foreign}


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservedStack:
    """A stack as lists show it: no exit statuses, and ports of running containers only."""

    stack: LabelledStack
    containers: tuple[ObservedContainer, ...] = ()
    networks: tuple[ObservedNetwork, ...] = ()
    volumes: tuple[ObservedVolume, ...] = ()
    images: tuple[ObservedImage, ...] = ()
