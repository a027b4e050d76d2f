"""What the interpreter is asked for, and the one window through which it sees files."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from wtc.compose.interpolation.port_variables import PortVariables


class Reader(Protocol):
    """The files as the interpreter may see them. Paths are absolute."""

    def read(self, path: str) -> bytes:
        """The file's content.

        Raises:
            OSError: as `open` raises it (missing, a folder, not readable).
        """
        ...

    def is_file(self, path: str) -> bool:
        """Whether something that can be read as a file is there."""
        ...

    def is_dir(self, path: str) -> bool:
        """Whether a folder is there."""
        ...

    def real_path(self, path: str) -> str:
        """The path with its symbolic links resolved, as far as it exists."""
        ...

    def files_below(self, folder: str, wanted: Callable[[str], bool]) -> list[str]:
        """Files below the folder whose names are `wanted`, the nearest first: a few, of what a short look finds."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadRequest:
    """One reading of a compose project."""

    cwd: str
    """The current folder, absolute."""
    environment: Mapping[str, str]
    """The process environment; `HOME` in it expands `~`."""
    files: tuple[str, ...] = ()
    """`-f`, in order, as given; empty: `COMPOSE_FILE`, else `default_files`, else a search from `cwd` upward."""
    default_files: tuple[str, ...] = ()
    """What the project's `wtc.toml` names, relative to `cwd`."""
    top: str = ""
    """The real path of the worktree's top, at which the search from `cwd` upward stops; empty: it does not stop."""
    project_directory: str = ""
    env_files: tuple[str, ...] = ()
    """`--env-file`; empty: `COMPOSE_ENV_FILES`, else `.env`."""
    project_name: str = ""
    profiles: tuple[str, ...] = ()
    """`--profile`; empty: `COMPOSE_PROFILES`."""
    services: tuple[str, ...] = ()
    """Services named on the command line; empty: all that the profiles enable."""
    interpolate: bool = True
    provisional: bool = False
    """Whether more variables will be known later: a missing required one goes to `LoadedProject.pending`."""
    all_resources: bool = False
    """Keep networks, volumes, secrets and configs that no service uses."""
    overrides: Mapping[str, str] = field(default_factory=dict[str, str])
    """Variables that win over the environment and every env file (`WTC_*`)."""
    port_variables: PortVariables | None = None
    """The variables that name leased ports, as far as they are known; None where ports are not leased."""
