"""The state that all stages of one load share."""

from collections.abc import Mapping as Environment
from posixpath import relpath

from wtc.compose.diagnostics import Diagnostics
from wtc.compose.dotenv.env_file_cache import EnvFileCache
from wtc.compose.loader.request import Reader
from wtc.compose.source.parsed_files import ParsedFiles
from wtc.compose.tree.node import Mapping, Node
from wtc.dataclass import dataclass, field
from wtc.model.position import Path, Position
from wtc.static_typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from wtc.compose.interpolation.port_variables import Environments, PortUses

Part: TypeAlias = tuple[tuple[str, ...], str, frozenset[tuple[str, str]]]
"""The key of an included part: (files, folder, environment)."""
MAX_INCLUDED = 2_000
"""Maximum number of files in a project; more indicate a loop of `include`s."""


@dataclass(slots=True, kw_only=True)
class LoadSession:
    """One load: its reader, its diagnostics, and the files that it has read."""

    reader: Reader
    diagnostics: Diagnostics
    home: str = ""
    interpolate: bool = True
    resolve_paths: bool = True
    cwd: str = ""
    """The folder to which a file's name is relative if paths are not resolved."""
    provisional: bool = False
    files: ParsedFiles = field(default_factory=ParsedFiles)
    """Shared by the loads of one command."""
    uses: "PortUses | None" = None
    """Records the uses of variables; None if ports are not leased, as in `config`."""
    parsed: dict[str, list[Node]] = field(default_factory=dict[str, list[Node]])
    """File -> its YAML documents."""
    parts: dict[Part, Mapping] = field(default_factory=dict[Part, Mapping])
    """Included parts that are loaded."""
    contents: dict[tuple[str, str, str], str] = field(default_factory=dict[tuple[str, str, str], str], repr=False)
    """(`secrets` or `configs`, name, variable) -> content, for included parts, which have their own environment."""

    env_files: EnvFileCache = field(default_factory=EnvFileCache, repr=False)
    """The env files of services."""

    def read(self, path: str, position: Position | None = None, place: Path = (), *, hint: str = "") -> bytes | None:
        """Return the file's content. If it cannot be read, report an error and return None."""
        try:
            return self.reader.read(path)
        except OSError as error:
            reason = _os_error_text(error)
            self.diagnostics.error(f"cannot read `{path}`: {reason}", position, place, hint=hint)
            return None

    def documents(self, path: str, position: Position | None = None, place: Path = ()) -> list[Node]:
        """Return the file's YAML documents; empty if it cannot be read. Each file is read once."""
        if path not in self.parsed:
            hint = "" if position else "to use another compose file, add `-f FILE`"
            content = self.read(path, position, place, hint=hint)
            if len(self.parsed) >= MAX_INCLUDED:
                self.diagnostics.error(f"the project has more than {MAX_INCLUDED} files", position, place)
                content = None
            self.parsed[path] = [] if content is None else self.files.documents(path, content, self.diagnostics)
        return self.parsed[path]


def _os_error_text(error: OSError) -> str:
    match error:
        case FileNotFoundError() | NotADirectoryError():
            return "no such file"
        case IsADirectoryError():
            return "it is a folder"
        case PermissionError():
            return "permission denied"
        case _:
            return (error.strerror or str(error)).lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """A part of the project that is loaded on its own: the project itself, or the files of one `include` entry."""

    session: LoadSession
    working_dir: str
    environments: "Environments"
    trail: tuple[str, ...] = ()
    """The files that include this part, outermost first."""
    paths_dir: str = ""
    """The folder that the part's relative paths are joined to; empty: they are kept as written."""

    @property
    def environment(self) -> Environment[str, str]:
        """The variables of the part."""
        return self.environments.own

    def paths_dir_of(self, folder: str) -> str:
        """Return the folder that the relative paths of another file in `folder` are joined to."""
        return folder if self.session.resolve_paths else relpath(folder, self.working_dir)
