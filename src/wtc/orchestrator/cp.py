"""`cp`: copy files and folders from or to a container. Source: docker's command line reference, `container cp`."""

import os
import posixpath
import sys
from collections.abc import Iterator

from wtc.dataclass import dataclass
from wtc.errors import UsageError, WtcError
from wtc.events import Reporter
from wtc.interruption import read_in_turns
from wtc.model.observed import ContainerRef
from wtc.orchestrator.context.context import Context
from wtc.orchestrator.context.target import Target
from wtc.orchestrator.exec import Replica, find_container
from wtc.static_typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from wtc.engine.client.connection import Engine
    from wtc.engine.containers.archive import PathStat

STREAM = "-"
LINKS = 40
"""How many symbolic links are followed before an error is raised."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyRequest:
    """Source and destination: one is `SERVICE:PATH`, one a local path (`-`: a tar on standard input or output)."""

    source: str
    destination: str
    number: int = 0
    """The replica; 0 means a running one, or all of them when copying to a service."""
    one_offs: bool = False
    """Whether to include containers of `wtc run` if no replica is named."""
    archive: bool = False
    """Make the container's user the owner of copied files."""
    follow_link: bool = False


def copy_files(target: Target, request: CopyRequest, report: Reporter) -> None:
    """Copy.

    Raises:
        UsageError: not exactly one of source and destination is in a service.
        WtcError: a path does not exist, or another file is in the way.
    """
    inside, outside = _split(request.source), _split(request.destination)
    if bool(inside) == bool(outside):
        raise UsageError(
            "one of source and destination must be `SERVICE:PATH`, and the other a local path",
            hints=["to copy out of a service, run `wtc cp web:/etc/hosts .`"],
        )
    with Context(target, report, containers_alone=True) as context:
        if inside:
            place = Replica(service=inside[0], number=request.number)
            found = find_container(context, place, one_offs=request.one_offs)
            _Copying(context.engine, _ref(found.name, found.id), request, target.cwd).out_of(inside[1])
        elif outside:
            service, path = outside
            several = not request.number and request.source != STREAM
            place = Replica(service=service, number=request.number)
            chosen = (
                context.containers([service], one_offs=request.one_offs)
                if several
                else [find_container(context, place, one_offs=request.one_offs)]
            )
            for container in chosen:
                _Copying(context.engine, _ref(container.name, container.id), request, target.cwd).into(path)


def _split(text: str) -> tuple[str, str] | None:
    """Return service and path; None for a local path, which may contain a colon if it begins with `.` or `/`."""
    service, colon, path = text.partition(":")
    if not colon or not service or text.startswith(("/", ".", "~")):
        return None
    return service, path


def _ref(name: str, key: str) -> ContainerRef:
    return ContainerRef(name=name, id=key)


class _Copying:
    def __init__(self, engine: "Engine", container: ContainerRef, request: CopyRequest, cwd: str) -> None:
        self.engine, self.container, self.request, self.cwd = engine, container, request, cwd

    def out_of(self, path: str) -> None:
        """Copy from the container."""
        from wtc.engine.containers.archive import download

        path = _absolute(path)
        if self.request.destination == STREAM:
            download(self.engine, self.container, self._followed(path)[0], _to_stdout)
            return
        source, found = self._followed(path)
        if found is None:
            raise self._missing(path)
        folder, name = self._local_place(path, found)
        download(self.engine, self.container, source, lambda tar: self._unpack(tar, folder, name))

    def into(self, path: str) -> None:
        """Copy to the container."""
        from wtc.engine.containers.archive import path_stat, upload

        path = _absolute(path)
        found = path_stat(self.engine, self.container, path)
        if found is not None and found.link:
            path, found = self._resolved(path, found)
        if self.request.source == STREAM:
            if found is None or not found.is_dir:
                raise WtcError(
                    f"`{path}` in container `{self.container.name}` is not a folder, so a tar cannot be unpacked in it"
                )
            upload(self.engine, self.container, path, _from_stdin(), users=self.request.archive)
            return
        local = self._local_source()
        folder, name = self._remote_place(local, path, found)
        upload(self.engine, self.container, folder, self._packed(local, name), users=self.request.archive)

    def _followed(self, path: str) -> "tuple[str, PathStat | None]":
        """Return the path to copy and its stat; symbolic links are followed if the request says so."""
        from wtc.engine.containers.archive import path_stat

        found = path_stat(self.engine, self.container, path)
        return self._resolved(path, found) if found and found.link and self.request.follow_link else (path, found)

    def _resolved(self, path: str, found: "PathStat | None") -> "tuple[str, PathStat | None]":
        from wtc.engine.containers.archive import path_stat

        for _ in range(LINKS):
            if found is None or not found.link:
                return path, found
            path = posixpath.normpath(posixpath.join(posixpath.dirname(path.rstrip("/")), found.link))
            found = path_stat(self.engine, self.container, path)
        raise WtcError(f"the symbolic links at `{path}` in container `{self.container.name}` lead nowhere")

    def _missing(self, path: str) -> WtcError:
        return WtcError(f"`{path}` does not exist in container `{self.container.name}`")

    def _local_place(self, path: str, found: "PathStat") -> tuple[str, str]:
        """Return the folder to unpack in, and the name in it; an empty name if a folder's contents are copied."""
        wanted = self.request.destination
        place = os.path.realpath(os.path.join(self.cwd, wanted))
        if os.path.isdir(place):
            if found.is_dir and _contents_only(path):
                return place, ""
            # The copy of a followed link gets the link's name.
            name = posixpath.basename(posixpath.normpath(path)) or found.name
            return (place, name) if name not in {"/", ".", ".."} else (place, "")
        if os.path.lexists(place):
            if found.is_dir:
                raise WtcError(f"cannot copy folder `{path}` over `{wanted}`, which is not a folder")
            if not os.path.isfile(place):
                raise WtcError(f"cannot copy `{path}` over `{wanted}`, which is not a regular file")
        elif wanted.endswith("/") and not found.is_dir:
            raise WtcError(f"folder `{wanted}` does not exist", hints=[f"to create it, run `mkdir -p {wanted}`"])
        folder = os.path.dirname(place)
        if not os.path.isdir(folder):
            raise WtcError(f"folder `{folder}` does not exist", hints=[f"to create it, run `mkdir -p {folder}`"])
        return folder, os.path.basename(place)

    def _remote_place(self, local: str, path: str, found: "PathStat | None") -> tuple[str, str]:
        """Return the folder to unpack in, and the name in it, in the container."""
        is_dir, where = os.path.isdir(local) and not os.path.islink(local), f"in container `{self.container.name}`"
        if found is not None and found.is_dir:
            if is_dir and _contents_only(self.request.source):
                return path, "."
            named = os.path.normpath(os.path.join(self.cwd, self.request.source))
            return path, os.path.basename(named) or "."
        if found is not None and is_dir:
            raise WtcError(f"cannot copy folder `{self.request.source}` over `{path}` {where}, which is not a folder")
        if found is None and path.endswith("/") and not is_dir:
            raise WtcError(f"folder `{path}` does not exist {where}")
        clean = path.rstrip("/")
        return posixpath.dirname(clean) or "/", posixpath.basename(clean)

    def _local_source(self) -> str:
        path = os.path.join(self.cwd, self.request.source)
        if not os.path.lexists(path):
            raise WtcError(f"`{self.request.source}` does not exist")
        stripped = path if path == "/" else path.rstrip("/")
        # A trailing slash, or a dot, means the target of a link.
        follow = self.request.follow_link or stripped != path or os.path.basename(path) in {".", ".."}
        return os.path.realpath(path) if follow else stripped

    def _packed(self, local: str, name: str) -> Iterator[bytes]:
        from wtc.engine.containers.archive_pack import pack_archive

        try:
            yield from pack_archive(local, name)
        except OSError as error:
            raise _copy_error(f"cannot read `{error.filename or local}`", error) from error

    def _unpack(self, tar: IO[bytes], folder: str, name: str) -> None:
        from tarfile import TarError

        from wtc.engine.containers.archive_unpack import unpack_archive

        try:
            unpack_archive(tar, folder, name)
        except TarError as error:
            raise WtcError(
                f"what container `{self.container.name}` sends cannot be unpacked", causes=[str(error)]
            ) from error
        except OSError as error:
            raise _copy_error(f"cannot write `{error.filename or folder}`", error) from error


def _copy_error(message: str, error: OSError) -> WtcError:
    return WtcError(message, causes=[(error.strerror or str(error)).lower()])


def _absolute(path: str) -> str:
    """Return the path as an absolute one. Source: docker's command line reference, `container cp`."""
    return path if path.startswith("/") else f"/{path}"


def _contents_only(path: str) -> bool:
    return path == "." or path.endswith("/.")


def _to_stdout(tar: IO[bytes]) -> None:
    while chunk := tar.read(64 * 1024):
        sys.stdout.buffer.write(chunk)
    sys.stdout.buffer.flush()


def _from_stdin() -> Iterator[bytes]:
    while chunk := read_in_turns(sys.stdin.fileno(), 64 * 1024):
        yield chunk
