"""The difference between desired and observed, as data: one engine call for each node, with its cause."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum

from wtc.dataclass import dataclass, field
from wtc.static_typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from wtc.model.desired import ContainerSpec, DesiredImage, InjectedFile
    from wtc.model.diagnostic import Diagnostic
    from wtc.model.observed import ContainerRef
    from wtc.model.project import Network, Volume
    from wtc.model.service import Attachment, Hook


class Condition(StrEnum):
    """The state to wait for."""

    STARTED = "started"
    """Running, and still running a moment later; or ended with status 0."""
    READY = "ready"
    """Healthy if the container has a healthcheck, from the file or the image; else as `STARTED`."""
    HEALTHY = "healthy"
    COMPLETED = "completed"
    """Ended with status 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PullImage:
    """`POST /images/create`."""

    image: DesiredImage
    again: bool = False
    """It is there, and could be gone on with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildImage:
    """`POST /build`."""

    image: DesiredImage
    no_cache: bool = False
    pull: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveImage:
    """`DELETE /images/{name}`. If it is not `required`, an image in use stays."""

    reference: str
    required: bool = True

    @property
    def short_reference(self) -> str:
        """The tag, or 12 digits of the id if it has no tag."""
        return self.reference.removeprefix("sha256:")[:12] if self.reference.startswith("sha256:") else self.reference


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateNetwork:
    """`POST /networks/create`, with the next of the `subnets` where the engine refuses one; without, it chooses."""

    network: Network
    subnets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveNetwork:
    """`DELETE /networks/{id}`."""

    name: str
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateVolume:
    """`POST /volumes/create`."""

    volume: Volume


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveVolume:
    """`DELETE /volumes/{name}`."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyHelper:
    """A container that is created for its archive endpoint and never started."""

    name: str
    labels: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyVolume:
    """`GET /containers/{id}/archive` of one volume into `PUT /containers/{id}/archive` of another.

    Both volumes exist, the target is empty, and no running container writes to either. `image` is on the engine.
    """

    source: str
    target: str
    image: str
    reader: CopyHelper
    writer: CopyHelper


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateContainer:
    """`POST /containers/create`, under `name`.

    `replaces` is the container whose place it takes: its id goes into a label, its anonymous volumes are mounted.
    `networks` are those to attach at once (an engine before API 1.44 takes one); the rest come by `ConnectNetwork`.
    """

    name: str
    spec: ContainerSpec
    networks: tuple[str, ...] = ()
    replaces: ContainerRef | None = None
    inherited_volumes: tuple[tuple[str, str], ...] = ()
    """Volume name, mount target."""
    anonymous_volumes: Mapping[str, Mapping[str, str]] = field(default_factory=dict[str, Mapping[str, str]])
    """Mount target -> labels of the volume that the engine is to create there, and to name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectNetwork:
    """`POST /networks/{id}/connect`."""

    container: ContainerRef
    network: str
    attachment: Attachment


@dataclass(frozen=True, slots=True, kw_only=True)
class DisconnectNetwork:
    """`POST /networks/{id}/disconnect`."""

    container: ContainerRef
    network: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InjectFiles:
    """`PUT /containers/{id}/archive`."""

    container: ContainerRef
    files: tuple[InjectedFile, ...]

    @property
    def paths(self) -> str:
        """`/run/secrets/a, /run/secrets/b`."""
        return ", ".join(file.path for file in self.files)


@dataclass(frozen=True, slots=True, kw_only=True)
class RenameContainer:
    """`POST /containers/{id}/rename`."""

    container: ContainerRef
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StartContainer:
    """`POST /containers/{id}/start`."""

    container: ContainerRef
    required: bool = True
    """If not, a failure is a warning, and nodes that depend on it are executed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StopContainer:
    """`POST /containers/{id}/stop`; without a time the container's own grace period counts."""

    container: ContainerRef
    timeout_s: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KillContainer:
    """`POST /containers/{id}/kill`; `signal` as the engine takes it: `SIGHUP`, `HUP` or `1`."""

    container: ContainerRef
    signal: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseContainer:
    """`POST /containers/{id}/pause`."""

    container: ContainerRef


@dataclass(frozen=True, slots=True, kw_only=True)
class UnpauseContainer:
    """`POST /containers/{id}/unpause`."""

    container: ContainerRef


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveContainer:
    """`DELETE /containers/{id}`; its anonymous volumes go only with `volumes`."""

    container: ContainerRef
    volumes: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RunHook:
    """`POST /containers/{id}/exec` and its start, to the end."""

    container: ContainerRef
    hook: Hook
    required: bool = True
    """If not, a failure is a warning, and nodes that depend on it are executed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitContainer:
    """Wait until the condition holds; inspect the container at each event of the engine."""

    container: ContainerRef
    condition: Condition
    timeout_s: float | None = None
    required: bool = True
    """If not, a failed wait is a warning, and nodes that depend on it are executed."""
    resumed: bool = False
    """It was paused, which makes the engine report it as unhealthy: only later probes count."""

    @property
    def state_reached(self) -> str:
        """`healthy`, `completed`, or `ready`."""
        return str(self.condition) if self.condition in {Condition.HEALTHY, Condition.COMPLETED} else "ready"


Operation: TypeAlias = (
    PullImage
    | BuildImage
    | RemoveImage
    | CreateNetwork
    | RemoveNetwork
    | CreateVolume
    | RemoveVolume
    | CopyVolume
    | CreateContainer
    | ConnectNetwork
    | DisconnectNetwork
    | InjectFiles
    | RenameContainer
    | StartContainer
    | StopContainer
    | KillContainer
    | PauseContainer
    | UnpauseContainer
    | RemoveContainer
    | RunHook
    | WaitContainer
)


def needs_only_exit(operation: Operation) -> bool:
    """Return whether an operation that comes after a StopContainer may begin once the container has exited.

    The stop itself ends when the container has left its networks and given up its ports, too.
    """
    return isinstance(operation, StopContainer | RunHook)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanNode:
    """One operation, its cause, and the ids of the nodes that come before it; see `needs_only_exit`."""

    id: int
    operation: Operation
    cause: str
    service: str = ""
    after: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Nodes in an order that respects `after`; empty if nothing has to be done."""

    nodes: tuple[PlanNode, ...] = ()
    warnings: tuple[Diagnostic, ...] = ()

    def __iter__(self) -> Iterator[PlanNode]:
        return iter(self.nodes)

    def __bool__(self) -> bool:
        return bool(self.nodes)
