"""What a command looks at: the compose files, and the worktree that they lie in."""

import os
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field

from wtc.compose.request import LoadRequest
from wtc.errors import ComposeFileError, UsageError
from wtc.namespace import Site, default_name
from wtc.orchestrator.files import DiskReader


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What the command line says of it. Source: product.md, Where a command looks."""

    cwd: str
    environment: Mapping[str, str]
    worktree: str = ""
    files: tuple[str, ...] = ()
    project_directory: str = ""
    env_files: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()
    context: str = ""
    reader: DiskReader = field(default_factory=DiskReader, compare=False, repr=False)
    """What all readings share, for standard input can be read only once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """A worktree by its real absolute path (its folder may be gone), and how to read its compose project."""

    worktree: str
    directory: str
    """The real path of the project folder: the first compose file's, or the worktree where there is no file."""
    at_top: bool = True
    """Whether the compose file lies at the worktree's top, or is the one that `wtc.toml` names."""
    request: LoadRequest
    reader: DiskReader = field(compare=False, repr=False)
    files: tuple[str, ...] = ()
    """The compose files, absolute; empty where there are none."""
    missing: ComposeFileError | None = field(default=None, compare=False)
    """Why there are none."""


def load_request(target: Target) -> LoadRequest:
    """How to read the compose project that the command line means.

    Raises:
        UsageError: `--worktree` names a file.
    """
    return _request(target, _named_worktree(target))


def locate(target: Target) -> Located:
    """Finds the compose files and the worktree. A command that can do without the files looks at `missing` itself.

    Raises:
        UsageError: `--worktree` names a file.
    """
    from wtc.worktrees.locate import worktree_of

    worktree = _named_worktree(target)
    request = _request(target, worktree)
    if worktree and not target.files and not os.path.isdir(worktree):
        return Located(
            worktree=worktree,
            directory=worktree,
            request=request,
            reader=target.reader,
            missing=_gone(target.worktree),
        )
    files, missing = _discovered(request, target.reader)
    folder = next((os.path.dirname(f) for f in files if f != "-"), request.cwd)
    worktree = worktree or worktree_of(folder).path
    directory = os.path.realpath(folder) if files else worktree
    return Located(
        worktree=worktree,
        directory=directory,
        at_top=directory == worktree,
        request=request,
        reader=target.reader,
        files=files,
        missing=missing,
    )


def _named_worktree(target: Target) -> str:
    """The real path of `--worktree`; nothing where it was not given. The folder may be gone."""
    if not target.worktree:
        return ""
    worktree = os.path.realpath(os.path.join(target.cwd, os.path.expanduser(target.worktree)))
    if os.path.exists(worktree) and not os.path.isdir(worktree):
        raise UsageError(f"`{target.worktree}` is no folder", hints=["to name a worktree, add `-w FOLDER`"])
    return worktree


def _request(target: Target, worktree: str) -> LoadRequest:
    return LoadRequest(
        cwd=_start(target, worktree),
        environment=target.environment,
        files=tuple(os.path.join(target.cwd, f) if f != "-" else f for f in target.files),
        project_directory=os.path.join(target.cwd, target.project_directory) if target.project_directory else "",
        env_files=tuple(os.path.join(target.cwd, f) for f in target.env_files),
        profiles=target.profiles,
    )


def site_of(located: Located) -> Site:
    """What the namespace of the project's stack is named after."""
    folder = "" if located.directory == located.worktree else located.directory
    return Site(worktree=located.worktree, directory=folder, named=not located.at_top)


def default_namespace(located: Located) -> str:
    """The name that the project's stack has where nothing else took it."""
    return default_name(site_of(located))


def _gone(worktree: str) -> ComposeFileError:
    return ComposeFileError(
        f"the worktree `{worktree}` is not there",
        hints=[f"to remove what is left of its stack, run `wtc clean -w {shlex.quote(worktree)}`"],
    )


def _start(target: Target, worktree: str) -> str:
    """Discovery begins in the current folder, unless that lies outside of the worktree that was named."""
    cwd = os.path.realpath(target.cwd)
    inside = not worktree or cwd == worktree or cwd.startswith(worktree.rstrip("/") + "/")
    return target.cwd if inside else worktree


def _discovered(request: LoadRequest, reader: DiskReader) -> tuple[tuple[str, ...], ComposeFileError | None]:
    from wtc.compose.diagnostics import Diagnostics
    from wtc.compose.discover import discover
    from wtc.compose.session import Session

    session = Session(reader=reader, diagnostics=Diagnostics(), home=request.environment.get("HOME", ""))
    try:
        return discover(request, session).files, None
    except ComposeFileError as error:
        return (), error
