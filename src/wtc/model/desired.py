"""The desired state: a project in the namespace of one worktree."""

from collections.abc import Mapping

from wtc.dataclass import dataclass, field
from wtc.model.build import Build
from wtc.model.diagnostic import Diagnostic
from wtc.model.mounts import FileSource, Mount
from wtc.model.namespace import Namespace
from wtc.model.ports import Endpoint
from wtc.model.project import Network, Volume
from wtc.model.service import Attachment, ContainerAttributes, Dependency, Port


@dataclass(frozen=True, slots=True, kw_only=True)
class InjectedFile:
    """A file that is copied into a container before its start: the content of a secret or a config."""

    path: str
    content: bytes = field(repr=False)
    uid: int = 0
    gid: int = 0
    mode: int = 0o444


@dataclass(frozen=True, slots=True, kw_only=True)
class DesiredImage:
    """The image of a service: pulled, or built where `build` is set."""

    service: str
    reference: str
    """The image of containers: the file's `image:`, or `<namespace>-<service>` if it is built."""
    build: Build | None = None
    platform: str = ""
    pull_policy: str = ""
    """`always`, `never`, `missing`, `build`, `daily`, `weekly`, `every_<duration>`, or nothing for `missing`."""
    bases: Mapping[str, str] = field(default_factory=dict[str, str])
    """Image that the Dockerfile names -> the image of this stack that replaces it."""
    build_hash: str = ""
    """Of the context and every build option; an image that carries another one (or none) is out of date."""
    labels: Mapping[str, str] = field(default_factory=dict[str, str])
    secrets: Mapping[str, FileSource] = field(default_factory=dict[str, FileSource], repr=False)
    """The sources of what `build.secrets` names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedService(ContainerAttributes):
    """A service as its containers are created: all that it refers to has its name on the engine."""

    image: str = ""
    """The reference from which the containers are created."""
    networks: Mapping[str, Attachment] = field(default_factory=dict[str, Attachment])
    """Network name on the engine -> attachment with all aliases, the primary network first."""
    volumes: tuple[Mount, ...] = ()
    """With the mounts of secrets and configs."""
    ports: tuple[Port, ...] = ()
    """With the host ports and addresses to publish on."""
    network_mode: str = ""
    ipc: str = ""
    pid: str = ""
    uts: str = ""
    cgroup: str = ""
    """These five name a container as `container:<name>`."""
    volumes_from: tuple[str, ...] = ()
    """`<container>[:<mode>]`."""
    links: tuple[str, ...] = ()
    """`<container>:<alias>`."""
    external_links: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerSpec:
    """One container, ready for translation to the engine's API."""

    name: str
    service: str
    number: int
    image: str
    config: ResolvedService
    config_hash: str
    labels: Mapping[str, str]
    files: tuple[InjectedFile, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DesiredService:
    """A service with its containers, replica 1 first; none if it is scaled to 0."""

    name: str
    image: DesiredImage
    containers: tuple[ContainerSpec, ...]
    depends_on: Mapping[str, Dependency]


@dataclass(frozen=True, slots=True, kw_only=True)
class Desired:
    """A stack as the compose file wants it.

    `services` is in dependency order; `networks` and `volumes` go by their key in the file, their names are the
    engine's, and external ones are among them.
    """

    namespace: Namespace
    services: Mapping[str, DesiredService]
    networks: Mapping[str, Network]
    volumes: Mapping[str, Volume]
    endpoints: tuple[Endpoint, ...] = ()
    bases: Mapping[str, DesiredImage] = field(default_factory=dict[str, DesiredImage])
    """Reference -> image that is built for a service which is not in `services`; builds of these may need it."""
    undeclared: frozenset[str] = frozenset()
    """Services of the file that are not in `services` (profiles, selection): their containers are not orphans."""
    warnings: tuple[Diagnostic, ...] = ()
