"""Find the compose files, the env files and the name of a project.

Source: docker compose's command line and its `COMPOSE_*` variables.
"""

from collections.abc import Mapping as Environment
from posixpath import basename, dirname, join

from wtc.compose.diagnostics import Diagnostics
from wtc.compose.dotenv.env_files import with_files
from wtc.compose.interpolation.port_variables import Environments
from wtc.compose.loader.request import LoadRequest, Reader
from wtc.compose.loader.session import LoadSession
from wtc.compose.transform.paths import absolute_path
from wtc.compose.tree.node import NOWHERE, Mapping, Node, Scalar
from wtc.dataclass import dataclass
from wtc.errors import NoComposeFileError, UsageError
from wtc.settings.project_files import FILES, PROJECT_FILE

NAMES = ", ".join(f"`{name}`" for name in FILES)
OVERRIDES = (
    "compose.override.yml",
    "compose.override.yaml",
    "docker-compose.override.yml",
    "docker-compose.override.yaml",
)
YES = frozenset({"1", "t", "T", "TRUE", "true", "True"})
NO = frozenset({"0", "f", "F", "FALSE", "false", "False"})
NAME_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_-")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectFiles:
    """The files of a project and the environment that they are read with."""

    files: tuple[str, ...]
    working_dir: str
    env_files: tuple[str, ...]
    """The files that the variables were read from, in order."""
    environments: Environments
    profiles: tuple[str, ...]

    @property
    def environment(self) -> Environment[str, str]:
        """The variables of the project."""
        return self.environments.own


def discover_project(request: LoadRequest, session: LoadSession) -> ProjectFiles:
    """Find the project of the request, and read its variables.

    Raises:
        NoComposeFileError: no compose file was found.
        ComposeFileError: an env file cannot be read.
        UsageError: `COMPOSE_DISABLE_ENV_FILE` is not valid.
    """
    place = find_project(request, session)
    session.diagnostics.check()
    return place


def find_project(request: LoadRequest, session: LoadSession) -> ProjectFiles:
    """Find the project like `discover_project`, but leave errors about env files in the session's diagnostics.

    Raises:
        NoComposeFileError: no compose file was found.
        UsageError: `COMPOSE_DISABLE_ENV_FILE` is not valid.
    """
    reader, diagnostics = session.reader, session.diagnostics
    given = {"PWD": request.cwd, **request.environment}
    chosen = _given_files(request.files, request.cwd, reader)
    env_files = _env_files(request, _folder(request, chosen), reader)
    environments = with_files(Environments(own=given, clients=given, uses=session.uses), env_files, session)
    if not chosen and (listed := environments.own.get("COMPOSE_FILE")):
        separator = environments.own.get("COMPOSE_PATH_SEPARATOR") or ":"
        chosen = [path if path == "-" else absolute_path(path, request.cwd, "") for path in listed.split(separator)]
    chosen = chosen or _given_files(request.default_files, request.cwd, reader)
    chosen = chosen or _search(_folder(request, ()), request.top, reader, diagnostics)
    if not chosen:
        raise _not_found_error(request, reader)
    folder = _folder(request, chosen)
    project_env_files = _env_files(request, folder, reader)
    if project_env_files != env_files:
        environments = with_files(environments, project_env_files, session)
    listed_profiles = environments.own.get("COMPOSE_PROFILES", "").split(",")
    profiles = request.profiles or tuple(p.strip() for p in listed_profiles)
    return ProjectFiles(
        files=tuple(chosen),
        working_dir=folder,
        env_files=tuple(dict.fromkeys([*env_files, *project_env_files])),
        environments=environments.having(request.overrides),
        profiles=profiles,
    )


def _not_found_error(request: LoadRequest, reader: Reader) -> NoComposeFileError:
    start = _folder(request, ())
    if not reader.is_dir(start):
        return NoComposeFileError(
            "no compose file found",
            causes=[f"the folder `{start}` does not exist"],
            hints=["to act on a worktree, change to its folder, or add `-w PATH`"],
        )
    above = "" if reader.real_path(start) == request.top else " and the folders above it"
    causes = [f"looked for {NAMES} in `{start}`{above}{f', up to `{request.top}`' if above and request.top else ''}"]
    top = request.top or start
    nested = reader.files_below(top, is_compose_file)
    if not nested:
        hints = [
            'to name the file, add `-f FILE`, set `COMPOSE_FILE`, or add `compose = ["FILE"]` to `wtc.toml`',
            "to act on another worktree, add `-w BRANCH`",
        ]
        return NoComposeFileError("no compose file found", causes=causes, hints=hints)
    from posixpath import relpath
    from shlex import quote

    names = [relpath(path, top) for path in nested]
    return NoComposeFileError(
        "no compose file found",
        causes=[*causes, f"`{top}` has {', '.join(f'`{name}`' for name in names)}"],
        hints=[
            f"to use one, run `wtc -f {quote(relpath(nested[0], reader.real_path(request.cwd)))} up`",
            f'to always use it, add `compose = ["{names[0]}"]` to `{join(top, PROJECT_FILE)}`',
        ],
    )


def is_compose_file(name: str) -> bool:
    """Return whether the name looks like that of a complete compose file, not of an override file."""
    stem, dot, extension = name.rpartition(".")
    words = stem.removeprefix("docker-").split(".")
    return bool(dot) and extension in {"yaml", "yml"} and words[0] == "compose" and "override" not in words


def _given_files(paths: tuple[str, ...], cwd: str, reader: Reader) -> list[str]:
    """Return the given files; for a folder, its compose file and override file."""
    chosen: list[str] = []
    for path in paths:
        full = path if path == "-" else absolute_path(path, cwd, "")
        in_folder = _files_in_folder(full, reader) if path != "-" and reader.is_dir(full) else []
        chosen += in_folder or [full]
    return chosen


def _folder(request: LoadRequest, files: list[str] | tuple[()]) -> str:
    if request.project_directory:
        return absolute_path(request.project_directory, request.cwd, "")
    return next((dirname(path) for path in files if path != "-"), request.cwd)


def reads_default_env_file(request: LoadRequest) -> bool:
    """Return whether the project's variables come from `.env`, not from other files and not disabled.

    Raises:
        UsageError: `COMPOSE_DISABLE_ENV_FILE` is not valid.
    """
    if request.env_files or request.environment.get("COMPOSE_ENV_FILES"):
        return False
    disabled = request.environment.get("COMPOSE_DISABLE_ENV_FILE")
    if disabled is not None and disabled not in NO | YES:
        raise UsageError(f"`COMPOSE_DISABLE_ENV_FILE` is `{disabled}`, expected `true` or `false`")
    return disabled not in YES


def _env_files(request: LoadRequest, folder: str, reader: Reader) -> list[str]:
    if reads_default_env_file(request):
        default = join(folder, ".env")
        return [default] if reader.exists(default) else []
    if not request.env_files and not request.environment.get("COMPOSE_ENV_FILES"):
        return []
    paths = request.env_files or tuple(request.environment.get("COMPOSE_ENV_FILES", "").split(","))
    return [absolute_path(path, request.cwd, "") for path in paths]


def _search(folder: str, top: str, reader: Reader, diagnostics: Diagnostics) -> list[str]:
    while True:
        if found := _files_in_folder(folder, reader, diagnostics):
            return found
        parent = dirname(folder)
        if parent == folder or (top and reader.real_path(folder) == top):
            return []
        folder = parent


def _files_in_folder(folder: str, reader: Reader, diagnostics: Diagnostics | None = None) -> list[str]:
    found = [path for name in FILES if reader.exists(path := join(folder, name))]
    if not found:
        return []
    if len(found) > 1 and diagnostics:
        others = ", ".join(f"`{basename(path)}`" for path in found[1:])
        diagnostics.warning(
            f"`{folder}` has more than one compose file: using `{basename(found[0])}`, ignoring {others}"
        )
    override = next((path for name in OVERRIDES if reader.exists(path := join(folder, name))), None)
    return [found[0], override] if override else found[:1]


def normalized_name(text: str) -> str:
    """Return the text as a project name: lower case, with only letters, digits, `_` and `-`."""
    return "".join(c for c in text.lower() if c in NAME_CHARACTERS).lstrip("_-")


def project_name(request: LoadRequest, place: ProjectFiles, session: LoadSession) -> str:
    """Return the project's name: `-p`, `COMPOSE_PROJECT_NAME`, the last `name:` in the files, or the folder's name."""
    for name, source in (
        (request.project_name, "-p"),
        (place.environment.get("COMPOSE_PROJECT_NAME", ""), "COMPOSE_PROJECT_NAME"),
    ):
        if name and name != normalized_name(name):
            session.diagnostics.error(
                f"the project name `{name}` from `{source}` is not valid",
                hint="use lower case letters, digits, `-` and `_`, with a letter or digit first",
            )
        if name:
            return name
    written = written_name(place, session)
    if written and not request.normalize:
        return written
    return normalized_name(written or basename(place.working_dir))


def written_name(place: ProjectFiles, session: LoadSession) -> str:
    """Return the last `name:` of the files, with variables replaced; empty if they have none."""
    last: Scalar | None = None
    for path in place.files:
        for document in session.documents(path):
            node = document.items.get("name") if isinstance(document, Mapping) else None
            if isinstance(node, Scalar) and node.value not in {None, ""}:
                last = node
    if last is None:
        return ""
    if session.interpolate:
        from wtc.compose.interpolation.interpolate import interpolate

        ignored = Diagnostics()  # the load reports the problems of this value
        root: Node = interpolate(Mapping({"name": last}, NOWHERE), place.environments, ignored)
        name = root.items.get("name") if isinstance(root, Mapping) else None
        last = name if isinstance(name, Scalar) else last
    return str(last.value)
