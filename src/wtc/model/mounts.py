"""What is mounted into a container. Source: compose-spec, Volumes, Configs and Secrets of a service."""

from wtc.dataclass import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Mount:
    """An entry of a service's `volumes:`; options of other mount types stay empty."""

    type: str
    """`volume`, `bind`, `tmpfs`, `image`, `npipe` or `cluster`."""
    target: str
    source: str = ""
    """A volume's name (empty: anonymous), an absolute path, or an image."""
    read_only: bool = False
    consistency: str = ""
    create_host_path: bool = False
    propagation: str = ""
    selinux: str = ""
    recursive: str = ""
    nocopy: bool = False
    subpath: str = ""
    tmpfs_size_bytes: int = 0
    tmpfs_mode: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FileGrant:
    """A secret or a config that a service may read, and its target."""

    source: str
    target: str = ""
    uid: str = ""
    gid: str = ""
    mode: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSource:
    """A top-level secret or config: exactly one of its sources is set."""

    name: str
    """The name of an external secret or config."""
    file: str = ""
    environment: str = ""
    """The variable that holds the content; `content` then has its value, None if it is not set."""
    content: str | None = field(default=None, repr=False)
    external: bool = False
    driver: str = ""
