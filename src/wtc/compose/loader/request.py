"""The input of a load: the request, and the interface through which files are read."""

from collections.abc import Callable, Mapping

from wtc.dataclass import dataclass, field
from wtc.static_typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from wtc.compose.interpolation.port_variables import PortVariables


class Reader(Protocol):
    """Read access to files. Paths are absolute."""

    def read(self, path: str) -> bytes:
        """Return the file's content.

        Raises:
            OSError: the file is missing, a folder, or not readable.
        """
        ...

    def exists(self, path: str) -> bool:
        """Return whether the path leads to anything but a folder. If that is a pipe or a device, `read` refuses it."""
        ...

    def is_dir(self, path: str) -> bool:
        """Return whether the path is a folder."""
        ...

    def real_path(self, path: str) -> str:
        """Return the path with its symbolic links resolved, as far as it exists."""
        ...

    def files_below(self, folder: str, wanted: Callable[[str], bool]) -> list[str]:
        """Return a few files below the folder whose names match `wanted`, the nearest first; the search is bounded."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadRequest:
    """One request to load a compose project."""

    cwd: str
    """The current folder, absolute."""
    environment: Mapping[str, str]
    """The process environment; its `HOME` expands `~`."""
    files: tuple[str, ...] = ()
    """`-f`, in order, as given; empty: `COMPOSE_FILE`, else `default_files`, else a search from `cwd` upward."""
    default_files: tuple[str, ...] = ()
    """The compose files that `wtc.toml` names, relative to `cwd`."""
    top: str = ""
    """The real path of the top of the worktree, where the search from `cwd` upward stops; empty: no limit."""
    project_directory: str = ""
    env_files: tuple[str, ...] = ()
    """`--env-file`; empty: `COMPOSE_ENV_FILES`, else `.env`."""
    project_name: str = ""
    profiles: tuple[str, ...] = ()
    """`--profile`; empty: `COMPOSE_PROFILES`."""
    services: tuple[str, ...] = ()
    """Services named on the command line; empty: all enabled ones."""
    interpolate: bool = True
    normalize: bool = True
    """Whether to set the values that Docker Compose implies: names, the default network, dependencies."""
    resolve_paths: bool = True
    """Whether to make paths absolute. If not, those of an included or extended file are relative to the file above."""
    check_consistency: bool = True
    """Whether services may only refer to what exists, and not contradict themselves."""
    provisional: bool = False
    """Put errors about missing required variables into `LoadedProject.pending`, because a later load may set them."""
    all_resources: bool = False
    """Whether to keep networks, volumes, secrets and configs that no service uses."""
    overrides: Mapping[str, str] = field(default_factory=dict[str, str])
    """Variables that take precedence over the environment and all env files (`WTC_*`)."""
    port_variables: "PortVariables | None" = None
    """The variables that name leased ports, as far as they are known; None if ports are not leased."""
