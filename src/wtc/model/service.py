"""A service of the compose file, after interpolation, merging and normalization.

Durations are nanoseconds (`_ns`), sizes bytes (`_bytes`); `None` means that the file does not set it.
Source: compose-spec, Services.
"""

from collections.abc import Mapping

from wtc.dataclass import dataclass, field
from wtc.model.build import Build, Develop
from wtc.model.deploy import Deploy, DeviceRequest
from wtc.model.mounts import FileGrant, Mount
from wtc.model.ports import ANY_PORT


@dataclass(frozen=True, slots=True, kw_only=True)
class Port:
    """One container port that is published."""

    target: int
    protocol: str = "tcp"
    published: range = ANY_PORT
    """The host ports of which the engine takes one."""
    host_ip: str = ""
    mode: str = "ingress"
    name: str = ""
    app_protocol: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Healthcheck:
    """How the engine checks whether a container is healthy."""

    test: tuple[str, ...] = ()
    interval_ns: int | None = None
    timeout_ns: int | None = None
    start_period_ns: int | None = None
    start_interval_ns: int | None = None
    retries: int | None = None
    disable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependency:
    """What a service waits for before it starts."""

    condition: str = "service_started"
    """`service_started`, `service_healthy` or `service_completed_successfully`."""
    required: bool = True
    restart: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A service's attachment to one network."""

    aliases: tuple[str, ...] = ()
    ipv4_address: str = ""
    ipv6_address: str = ""
    link_local_ips: tuple[str, ...] = ()
    mac_address: str = ""
    interface_name: str = ""
    priority: int = 0
    gw_priority: int = 0
    driver_opts: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True, kw_only=True)
class Ulimit:
    """A resource limit of the container's first command; `single` sets both."""

    single: int | None = None
    soft: int | None = None
    hard: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Logging:
    """The engine's log driver for the container."""

    driver: str = ""
    options: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceMapping:
    """A host device (or a CDI name, with an empty target) inside the container."""

    source: str
    target: str = ""
    permissions: str = "rwm"


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightDevice:
    """Block IO weight of one device."""

    path: str
    weight: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ThrottleDevice:
    """Block IO rate of one device: bytes, or operations, a second."""

    path: str
    rate: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class BlkioConfig:
    """Block IO limits."""

    weight: int = 0
    weight_device: tuple[WeightDevice, ...] = ()
    device_read_bps: tuple[ThrottleDevice, ...] = ()
    device_read_iops: tuple[ThrottleDevice, ...] = ()
    device_write_bps: tuple[ThrottleDevice, ...] = ()
    device_write_iops: tuple[ThrottleDevice, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialSpec:
    """A Windows gMSA credential."""

    config: str = ""
    file: str = ""
    registry: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """A command that runs in the container after its start or before its stop."""

    command: tuple[str, ...] = ()
    user: str = ""
    privileged: bool = False
    working_dir: str = ""
    environment: Mapping[str, str | None] = field(default_factory=dict[str, str | None])


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """A service that an external program provides."""

    type: str
    options: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelGrant:
    """A model that the service may use, and the variables that contain its address."""

    endpoint_var: str = ""
    model_var: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerAttributes:
    """The attributes that a service's containers have on the engine as the compose file has them.

    `Service` adds the references to other parts of the project, `ResolvedService` the same as names on the engine.
    """

    name: str
    annotations: Mapping[str, str] = field(default_factory=dict[str, str])
    blkio_config: BlkioConfig | None = None
    cap_add: tuple[str, ...] = ()
    cap_drop: tuple[str, ...] = ()
    cgroup_parent: str = ""
    command: tuple[str, ...] | None = None
    configs: tuple[FileGrant, ...] = ()
    container_name: str = ""
    """The name in the file; on the engine, it is an alias of the container."""
    cpu_count: int = 0
    cpu_percent: float = 0.0
    cpu_period: int = 0
    cpu_quota: int = 0
    cpu_rt_period: int = 0
    cpu_rt_runtime: int = 0
    cpu_shares: int = 0
    cpus: float = 0.0
    cpuset: str = ""
    credential_spec: CredentialSpec | None = None
    deploy: Deploy | None = None
    device_cgroup_rules: tuple[str, ...] = ()
    devices: tuple[DeviceMapping, ...] = ()
    dns: tuple[str, ...] = ()
    dns_opt: tuple[str, ...] = ()
    dns_search: tuple[str, ...] = ()
    domainname: str = ""
    entrypoint: tuple[str, ...] | None = None
    environment: Mapping[str, str | None] = field(default_factory=dict[str, str | None])
    """Env files are included; `None` is a name without a value, which unsets that of the image."""
    expose: tuple[str, ...] = ()
    extra_hosts: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    git_access: str = ""
    """The value of the service's `x-wtc: {git: ...}`."""
    gpus: tuple[DeviceRequest, ...] = ()
    group_add: tuple[str, ...] = ()
    healthcheck: Healthcheck | None = None
    hostname: str = ""
    init: bool | None = None
    isolation: str = ""
    labels: Mapping[str, str] = field(default_factory=dict[str, str])
    logging: Logging | None = None
    mac_address: str = ""
    mem_limit_bytes: int = 0
    mem_reservation_bytes: int = 0
    mem_swappiness: int | None = None
    memswap_limit_bytes: int = 0
    models: Mapping[str, ModelGrant | None] = field(default_factory=dict[str, ModelGrant | None])
    oom_kill_disable: bool = False
    oom_score_adj: int = 0
    pids_limit: int = 0
    platform: str = ""
    post_start: tuple[Hook, ...] = ()
    pre_stop: tuple[Hook, ...] = ()
    privileged: bool = False
    read_only: bool = False
    restart: str = ""
    runtime: str = ""
    secrets: tuple[FileGrant, ...] = ()
    security_opt: tuple[str, ...] = ()
    shm_size_bytes: int = 0
    stdin_open: bool = False
    stop_grace_period_ns: int | None = None
    stop_signal: str = ""
    storage_opt: Mapping[str, str] = field(default_factory=dict[str, str])
    sysctls: Mapping[str, str] = field(default_factory=dict[str, str])
    tmpfs: tuple[str, ...] = ()
    tty: bool = False
    ulimits: Mapping[str, Ulimit] = field(default_factory=dict[str, Ulimit])
    use_api_socket: bool = False
    user: str = ""
    userns_mode: str = ""
    working_dir: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Service(ContainerAttributes):
    """One service of the compose file. It names networks, volumes, images and containers as the file does."""

    attach: bool | None = None
    build: Build | None = None
    cgroup: str = ""
    depends_on: Mapping[str, Dependency] = field(default_factory=dict[str, Dependency])
    develop: Develop | None = None
    external_links: tuple[str, ...] = ()
    image: str = ""
    ipc: str = ""
    links: tuple[str, ...] = ()
    network_mode: str = ""
    networks: Mapping[str, Attachment] = field(default_factory=dict[str, Attachment])
    """Network name -> attachment, in the file's order."""
    pid: str = ""
    ports: tuple[Port, ...] = ()
    profiles: tuple[str, ...] = ()
    provider: Provider | None = None
    pull_policy: str = ""
    scale: int | None = None
    uts: str = ""
    volumes: tuple[Mount, ...] = ()
    volumes_from: tuple[str, ...] = ()
