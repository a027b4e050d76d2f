"""How a service's image is built, and what `watch` does. Source: compose-spec, Build and Develop."""

from collections.abc import Mapping

from wtc.dataclass import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildSecret:
    """A secret that a build step may read."""

    source: str
    target: str = ""
    uid: str = ""
    gid: str = ""
    mode: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildUlimit:
    """A resource limit of build steps."""

    soft: int
    hard: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """A service's `build:`."""

    context: str = ""
    """An absolute folder, or the address of a git repository or an archive."""
    dockerfile: str = ""
    dockerfile_inline: str = ""
    args: Mapping[str, str] = field(default_factory=dict[str, str])
    additional_contexts: Mapping[str, str] = field(default_factory=dict[str, str])
    cache_from: tuple[str, ...] = ()
    cache_to: tuple[str, ...] = ()
    entitlements: tuple[str, ...] = ()
    extra_hosts: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    isolation: str = ""
    labels: Mapping[str, str] = field(default_factory=dict[str, str])
    network: str = ""
    no_cache: bool = False
    no_cache_filter: tuple[str, ...] = ()
    platforms: tuple[str, ...] = ()
    privileged: bool = False
    provenance: str = ""
    pull: bool = False
    sbom: str = ""
    secrets: tuple[BuildSecret, ...] = ()
    shm_size_bytes: int = 0
    ssh: Mapping[str, str] = field(default_factory=dict[str, str])
    """Agent name -> socket or key; `default` without a value is the user's agent."""
    tags: tuple[str, ...] = ()
    target: str = ""
    ulimits: Mapping[str, BuildUlimit] = field(default_factory=dict[str, BuildUlimit])


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildInput:
    """What a service's image is built from, as far as it lies on this machine."""

    hash: str = ""
    """Of the context and the build options."""
    images: tuple[str, ...] = ()
    """References in the Dockerfile: `FROM`, `COPY --from`, `RUN --mount=from`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchExec:
    """The command of a `sync+exec` watch."""

    command: tuple[str, ...] | None = None
    user: str = ""
    privileged: bool = False
    working_dir: str = ""
    environment: Mapping[str, str | None] = field(default_factory=dict[str, str | None])


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """A path, and what its changes do to the service."""

    path: str
    """Absolute, with its symbolic links resolved."""
    action: str
    """`sync`, `rebuild`, `restart`, `sync+restart` or `sync+exec`."""
    target: str = ""
    """The path in the container, for the actions that sync."""
    exec: WatchExec | None = None
    include: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    initial_sync: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Develop:
    """A service's `develop:`, which `watch` applies."""

    watch: tuple[Watch, ...] = ()
