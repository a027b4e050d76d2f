"""A whole compose project. Source: compose-spec, the top level."""

from collections.abc import Mapping

from wtc.dataclass import dataclass, field
from wtc.model.diagnostic import Diagnostic
from wtc.model.mounts import FileSource
from wtc.model.position import Path, Position
from wtc.model.service import Service
from wtc.model.variable_use import VariableUse


@dataclass(frozen=True, slots=True, kw_only=True)
class IpamPool:
    """A subnet of a network."""

    subnet: str = ""
    gateway: str = ""
    ip_range: str = ""
    aux_addresses: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """A top-level network. `name` is the name on the engine."""

    key: str
    name: str
    external: bool = False
    driver: str = ""
    driver_opts: Mapping[str, str] = field(default_factory=dict[str, str])
    attachable: bool = False
    internal: bool = False
    enable_ipv4: bool | None = None
    enable_ipv6: bool | None = None
    labels: Mapping[str, str] = field(default_factory=dict[str, str])
    ipam_driver: str = ""
    ipam_pools: tuple[IpamPool, ...] = ()
    ipam_options: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """A top-level volume. `name` is the name on the engine."""

    key: str
    name: str
    external: bool = False
    driver: str = ""
    driver_opts: Mapping[str, str] = field(default_factory=dict[str, str])
    labels: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True, kw_only=True)
class AiModel:
    """A top-level model: read and kept, not run by wtc."""

    key: str
    model: str = ""
    context_size: int = 0
    runtime_flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PortVariable:
    """The variable by which the file names a published port: `${WEB_PORT:-8080}:80`."""

    service: str
    index: int
    """The entry's index in the service's `ports`."""
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """The compose project that the files describe, for the selected services."""

    name: str
    working_dir: str
    files: tuple[str, ...]
    services: Mapping[str, Service]
    networks: Mapping[str, Network] = field(default_factory=dict[str, Network])
    volumes: Mapping[str, Volume] = field(default_factory=dict[str, Volume])
    secrets: Mapping[str, FileSource] = field(default_factory=dict[str, FileSource])
    configs: Mapping[str, FileSource] = field(default_factory=dict[str, FileSource])
    models: Mapping[str, AiModel] = field(default_factory=dict[str, AiModel])
    others: Mapping[str, Service] = field(default_factory=dict[str, Service])
    """Services of the file that are not selected, disabled ones included; their env files are unread."""
    order: tuple[str, ...] = ()
    """The names of all services, in the file's order."""
    network_keys: tuple[str, ...] = ()
    """The networks of the file that are not external, those that no selected service uses included."""
    container_names: Mapping[str, str] = field(default_factory=dict[str, str])
    """Name that the file gives a container -> its service."""
    disabled: frozenset[str] = frozenset()
    """Services of the file that no active profile enables."""
    port_variables: tuple[PortVariable, ...] = ()
    """Of all services of the file."""
    variable_uses: tuple[VariableUse, ...] = ()
    """Where the files use variables that name a port, those of services that are not selected included."""
    extension: object = None
    """The content of the file's `x-wtc:` as plain values; None if it is missing."""
    warnings: tuple[Diagnostic, ...] = ()
    positions: Mapping[Path, Position] = field(default_factory=dict[Path, Position])
