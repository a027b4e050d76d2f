"""Find the worktree, the compose files and the project folder of a command."""

import os
from collections.abc import Callable, Mapping
from functools import cached_property

from wtc.dataclass import dataclass, field
from wtc.errors import ComposeFileError
from wtc.namespace import Site, default_name
from wtc.orchestrator.context.recording_reader import RecordingReader
from wtc.settings.project_files import FILES, PROJECT_FILE
from wtc.static_typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from wtc.compose.loader.request import LoadRequest
    from wtc.compose.source.discover import ProjectFiles
    from wtc.compose.source.parsed_files import ParsedFiles
    from wtc.orchestrator.context.disk_reader import DiskReader
    from wtc.settings.toml_files import Section


class _Documents:
    """The parsed documents that all interpretations of a command share; the parser is imported by the first one."""

    @cached_property
    def files(self) -> "ParsedFiles":
        from wtc.compose.source.parsed_files import ParsedFiles

        return ParsedFiles()


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The options of the command line that select worktree and compose files."""

    cwd: str
    environment: Mapping[str, str]
    worktree: str = ""
    """`--worktree`: see `named_worktree`."""
    by_branch: bool = True
    """Whether `worktree` may name a branch; not for commands that remove things."""
    files: tuple[str, ...] = ()
    project_directory: str = ""
    env_files: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()
    context: str = ""
    parallel: int = 0
    """The most calls of the engine at a time; 0: what its transport allows."""
    reader: "DiskReader" = field(default_factory=RecordingReader, compare=False, repr=False)
    """Shared by all interpretations, because standard input can be read only once."""
    documents: _Documents = field(default_factory=_Documents, compare=False, repr=False)

    @property
    def parsed(self) -> "ParsedFiles":
        """Shared by all interpretations, so that each file is parsed once."""
        return self.documents.files


class Place(Protocol):
    """The worktree and the project folder, which decide which stack a command means."""

    @property
    def worktree(self) -> str:
        """See `Located`."""
        ...

    @property
    def directory(self) -> str:
        """See `Located`."""
        ...

    @property
    def at_top(self) -> bool:
        """See `Located`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """A worktree by its real absolute path (its folder may be gone), and how to read its compose project."""

    worktree: str
    directory: str
    """The real path of the project folder: the first compose file's, or the worktree if no file is found."""
    at_top: bool = True
    """Whether the compose file lies at the worktree's top, or is the one that `wtc.toml` names."""
    request: "LoadRequest"
    reader: "DiskReader" = field(compare=False, repr=False)
    parsed: "ParsedFiles" = field(compare=False, repr=False)
    files: tuple[str, ...] = ()
    """The compose files, absolute; empty if none is found."""
    env_files: tuple[str, ...] = ()
    """The files of the project's variables, absolute, in the order in which they are read."""
    missing: ComposeFileError | None = field(default=None, compare=False)
    """Why the project cannot be read: the compose files are missing, or an env file cannot be used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Start:
    """Where the search for compose files begins, and where it stops."""

    worktree: str
    """The worktree's real path; empty where only the compose file, once found, says which it is (outside git)."""
    cwd: str
    top: str
    """The real path of the last folder to search, which may hold `wtc.toml`; empty: the search goes up to `/`."""


def load_request(target: Target) -> "LoadRequest":
    """Return how to read the compose project that the command line means.

    Raises:
        UsageError: `--worktree` names a file, no worktree, or several.
        ComposeFileError: `wtc.toml` is not valid.
        WtcError: the worktree's `.git` leads nowhere.
    """
    return _request(target, _start(target))


def worktree_path(target: Target) -> str:
    """Return the real path of the worktree, for commands that need no compose file: `wtc.toml` may be broken.

    Raises:
        UsageError: `--worktree` names a file, no worktree, or several.
        WtcError: the worktree's `.git` leads nowhere.
    """
    start = _start(target)
    return start.worktree or _outside_git(start, _find_files(_plain_request(target, start), target.reader)[0])


def project_file_settings(target: Target) -> "Section | None":
    """Return the settings of the worktree's `wtc.toml`; None where it has none.

    Raises:
        ComposeFileError: it is not valid.
        WtcError: the worktree's `.git` leads nowhere.
    """
    from wtc.orchestrator.context.project_file import read_project_file

    top = _start(target).top
    return read_project_file(top).settings if top else None


def locate(target: Target) -> Located:
    """Find the compose files and the worktree. A command that can do without the files looks at `missing` itself.

    Raises:
        UsageError: `--worktree` names a file, or `COMPOSE_DISABLE_ENV_FILE` is not valid.
        ComposeFileError: `wtc.toml` is not valid.
        WtcError: the worktree's `.git` leads nowhere.
    """
    from wtc.worktrees.locate import worktree_at

    start = _start(target)
    request = _request(target, start)
    if target.worktree:
        worktree_at(start.worktree)  # raises for a `.git` that leads nowhere
    if target.worktree and not target.files and not os.path.isdir(start.worktree):
        missing = _missing_worktree(target)
        return Located(
            worktree=start.worktree,
            directory=start.worktree,
            request=request,
            reader=target.reader,
            parsed=target.parsed,
            missing=missing,
        )
    place, missing = _find_files(request, target.reader)
    worktree = start.worktree or _outside_git(start, place)
    real = target.reader.real_path
    directory = real(place.working_dir) if place else worktree
    return Located(
        worktree=worktree,
        directory=directory,
        at_top=directory == worktree or (place is not None and _is_default(place.files, request, real)),
        request=request,
        reader=target.reader,
        parsed=target.parsed,
        files=place.files if place else (),
        env_files=place.env_files if place else (),
        missing=missing,
    )


def search_folders(target: Target) -> tuple[str, str, str]:
    """Return the worktree, where the search for compose files begins, and where it stops: see `_Start`.

    Raises:
        UsageError: `--worktree` names a file, no worktree, or several.
        WtcError: the worktree's `.git` leads nowhere.
    """
    start = _start(target)
    return start.worktree, start.cwd, start.top


def _start(target: Target) -> _Start:
    from wtc.worktrees.locate import worktree_of

    if target.worktree:
        from wtc.orchestrator.context.named_worktree import named_worktree

        worktree = named_worktree(target.worktree, cwd=target.cwd, by_branch=target.by_branch)
        return _Start(worktree=worktree, cwd=_cwd_in_worktree(target.cwd, worktree), top=worktree)
    if file := next((f for f in target.files if f != "-"), ""):
        path = os.path.join(target.cwd, file)
        worktree = worktree_of(path if os.path.isdir(path) else os.path.dirname(path)).path
        return _Start(worktree=worktree, cwd=target.cwd, top=worktree)
    here = worktree_of(target.cwd)
    if here.git:
        return _Start(worktree=here.path, cwd=_cwd_below(target.cwd, here.path), top=here.path)
    return _Start(worktree="", cwd=target.cwd, top=_top_outside_git(target.cwd))


def _cwd_in_worktree(cwd: str, worktree: str) -> str:
    """Return the current folder if it belongs to the named worktree, else the worktree."""
    from wtc.worktrees.locate import worktree_of

    real = os.path.realpath(cwd)
    if not _lies_in(real, worktree):
        return worktree
    # A worktree nested in the named one is another worktree.
    inner = worktree_of(real).path
    nested = inner != worktree and _lies_in(inner, worktree)
    return worktree if nested and real != worktree else _cwd_below(cwd, worktree)


def _cwd_below(cwd: str, top: str) -> str:
    """Return the shell's name for the current folder if the folders above it lead to the top, else its real path."""
    folder = cwd
    while _lies_in(os.path.realpath(folder), top):
        if os.path.realpath(folder) == top:
            return cwd
        folder = os.path.dirname(folder)
    return os.path.realpath(cwd)


def _lies_in(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def _top_outside_git(cwd: str) -> str:
    """Return the nearest folder upwards that has a `wtc.toml`, if no nearer one has a compose file."""
    folder = cwd
    while True:
        if os.path.lexists(os.path.join(folder, PROJECT_FILE)):
            return os.path.realpath(folder)
        parent = os.path.dirname(folder)
        if parent == folder or any(os.path.isfile(os.path.join(folder, name)) for name in FILES):
            return ""
        folder = parent


def _outside_git(start: _Start, place: "ProjectFiles | None") -> str:
    """Return the worktree outside of git: the folder of the compose file, else the one where the search began."""
    from wtc.worktrees.locate import worktree_of

    folder = next((os.path.dirname(file) for file in place.files if file != "-"), "") if place else ""
    return start.top or worktree_of(folder or start.cwd).path


def _request(target: Target, start: _Start) -> "LoadRequest":
    from wtc.dataclass import replace

    request = _plain_request(target, start)
    if not start.top or request.files or target.environment.get("COMPOSE_FILE"):
        return request
    from wtc.orchestrator.context.project_file import read_project_file

    compose = read_project_file(start.top).compose
    # As if the command had been called at the top: the project is the same one from every folder.
    return replace(request, default_files=compose, cwd=start.top) if compose else request


def _plain_request(target: Target, start: _Start) -> "LoadRequest":
    """Return how to read the project, without what `wtc.toml` defines."""
    from wtc.compose.loader.request import LoadRequest

    return LoadRequest(
        cwd=start.cwd,
        top=start.top,
        environment=target.environment,
        files=tuple(os.path.join(target.cwd, f) if f != "-" else f for f in target.files),
        project_directory=os.path.join(target.cwd, target.project_directory) if target.project_directory else "",
        env_files=tuple(os.path.join(target.cwd, f) for f in target.env_files),
        profiles=target.profiles,
    )


def site_of(place: Place) -> Site:
    """Return what the namespace of the project's stack is named after."""
    folder = "" if place.directory == place.worktree else place.directory
    return Site(worktree=place.worktree, directory=folder, named=not place.at_top)


def default_namespace(located: Located) -> str:
    """Return the name that the project's stack has unless another stack has it."""
    return default_name(site_of(located))


def _is_default(files: tuple[str, ...], request: "LoadRequest", real: Callable[[str], str]) -> bool:
    """Return whether the first file is the one that `wtc.toml` names."""
    from wtc.orchestrator.context.project_file import read_project_file

    named = request.default_files or (read_project_file(request.top).compose if request.top else ())
    own = {real(path) for path in (files[0], os.path.dirname(files[0]))}
    return bool(named) and real(os.path.join(request.top, named[0])) in own


def _missing_worktree(target: Target) -> ComposeFileError:
    import shlex

    from wtc.orchestrator.context.named_worktree import branch_hint

    branch = branch_hint(target.worktree, cwd=target.cwd)
    clean = f"to remove what is left of its stack, run `wtc clean -w {shlex.quote(target.worktree)}`"
    return ComposeFileError(f"the worktree `{target.worktree}` does not exist", hints=[branch or clean])


def _find_files(request: "LoadRequest", reader: "DiskReader") -> "tuple[ProjectFiles | None, ComposeFileError | None]":
    """Return the project's place, or why it cannot be read; both if an env file cannot be used."""
    from wtc.compose.diagnostics import Diagnostics
    from wtc.compose.loader.session import LoadSession
    from wtc.compose.source.discover import find_project

    session = LoadSession(reader=reader, diagnostics=Diagnostics(), home=request.environment.get("HOME", ""))
    place = None
    try:
        place = find_project(request, session)
        session.diagnostics.check()
    except ComposeFileError as error:
        return place, error
    return place, None
