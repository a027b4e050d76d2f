"""A service's `deploy:`. Source: compose-spec, Deploy."""

from collections.abc import Mapping

from wtc.dataclass import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceRequest:
    """Devices that a driver chooses: `count` of them (-1 is all), or those named."""

    capabilities: tuple[str, ...] = ()
    driver: str = ""
    count: int | None = None
    device_ids: tuple[str, ...] = ()
    options: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True, kw_only=True)
class GenericResource:
    """A discrete resource that the operator defined; only Swarm uses it."""

    kind: str = ""
    value: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Resources:
    """Limits, or reservations."""

    cpus: float = 0.0
    memory_bytes: int = 0
    pids: int = 0
    devices: tuple[DeviceRequest, ...] = ()
    generic_resources: tuple[GenericResource, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RestartPolicy:
    """When an ended container is started again; `condition` is `none`, `on-failure` or `any`."""

    condition: str = ""
    delay_ns: int | None = None
    max_attempts: int | None = None
    window_ns: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Deploy:
    """The settings of an orchestrator; a single engine uses replicas, resources and the restart policy."""

    mode: str = ""
    replicas: int | None = None
    labels: Mapping[str, str] = field(default_factory=dict[str, str])
    limits: Resources | None = None
    reservations: Resources | None = None
    restart_policy: RestartPolicy | None = None
    endpoint_mode: str = ""
