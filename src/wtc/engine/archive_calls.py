"""Files of a container, as tar archives. Source: Engine API, `/containers/{id}/archive`."""

import base64
import json
import os
import stat
import tarfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

from wtc.errors import NotFoundError
from wtc.model.plan import ContainerRef

if TYPE_CHECKING:
    from wtc.engine.connection import Engine

CHUNK_BYTES = 64 * 1024
STAT_HEADER = "X-Docker-Container-Path-Stat"
# Source: Go's `io/fs.FileMode`, in which the engine writes a mode.
_GO_DIR, _GO_LINK = 1 << 31, 1 << 27


@dataclass(frozen=True, slots=True, kw_only=True)
class PathStat:
    """What is at a path in a container; `link` is where a symbolic link leads, else nothing."""

    name: str
    is_dir: bool
    link: str = ""


def path_stat(engine: "Engine", container: ContainerRef, path: str) -> PathStat | None:
    """`HEAD`; None where nothing is there."""
    doing = f"look at `{path}` in container `{container.name}`"
    response = engine.call(
        "HEAD", f"/containers/{container.key}/archive", doing=doing, params={"path": path}, accept=(404,)
    )
    header = response.headers.get(STAT_HEADER)
    if response.status_code == 404 or not header:
        return None
    found: dict[str, Any] = json.loads(base64.b64decode(header))
    mode = int(found["mode"])
    return PathStat(
        name=str(found["name"]),
        is_dir=bool(mode & _GO_DIR),
        link=str(found.get("linkTarget") or "") if mode & _GO_LINK else "",
    )


def download(engine: "Engine", container: ContainerRef, path: str, take: Callable[[IO[bytes]], None]) -> None:
    """`GET`: hands a tar of what is at the path to `take`, as it comes.

    Raises:
        NotFoundError: nothing is there.
    """
    doing = f"copy `{path}` from container `{container.name}`"
    response = engine.call(
        "GET",
        f"/containers/{container.key}/archive",
        doing=doing,
        params={"path": path},
        # Compressing costs more than the way from an engine on this machine.
        headers={"Accept-Encoding": "identity"},
        stream=True,
    )
    try:
        take(_Source(engine, response.raw, doing))  # type: ignore[arg-type]  # it has all that is read
    finally:
        response.close()


class _Source:
    """A response's body as a file that is read from beginning to end."""

    def __init__(self, engine: "Engine", raw: Any, doing: str) -> None:
        self._engine, self._raw, self._doing = engine, raw, doing

    def read(self, size: int = -1) -> bytes:
        """At most `size` bytes; nothing at the end."""
        with self._engine.mapping(self._doing):
            return bytes(self._raw.read(size if size >= 0 else None))


def upload(
    engine: "Engine", container: ContainerRef, folder: str, data: Iterator[bytes], *, users: bool = False
) -> None:
    """`PUT`: unpacks a tar in a folder that is there. With `users` all of it becomes the container's user's.

    Raises:
        NotFoundError: the folder is not there.
    """
    params = {"path": folder, "noOverwriteDirNonDir": "true", **({"copyUIDGID": "true"} if users else {})}
    try:
        engine.call(
            "PUT",
            f"/containers/{container.key}/archive",
            doing=f"copy to `{folder}` in container `{container.name}`",
            params=params,
            data=data,
            headers={"Content-Type": "application/x-tar"},
        )
    except NotFoundError as error:
        raise NotFoundError(
            f"there is no folder `{folder}` in container `{container.name}`", status=error.status, causes=error.causes
        ) from error


def packed(path: str, name: str) -> Iterator[bytes]:
    """A tar of a file or a folder of this machine under a name; `.` puts a folder's contents at the top.

    Raises:
        OSError: something of it cannot be read.
    """
    reading, writing = os.pipe()
    failures: list[BaseException] = []

    def pack() -> None:
        try:
            with os.fdopen(writing, "wb") as out, tarfile.open(fileobj=out, mode="w|") as tar:
                tar.add(path, arcname=name, filter=_plain)
        except BrokenPipeError:
            pass  # who reads it has given up, and says why
        except BaseException as error:  # noqa: BLE001  it is raised again where the tar is read
            failures.append(error)

    thread = threading.Thread(target=pack, daemon=True, name="wtc-tar")
    thread.start()
    with os.fdopen(reading, "rb", buffering=0) as source:
        while chunk := source.read(CHUNK_BYTES):
            yield chunk
        thread.join()
    if failures:
        raise failures[0]


def unpack(source: IO[bytes], folder: str, name: str) -> None:
    """Unpacks a tar of one file or folder as `folder/name`; with no name, a folder's contents into `folder`.

    A container is not trusted: nothing of the tar gets outside of the place where it goes. What is unpacked is the
    caller's, with the modes that the tar tells.

    Raises:
        OSError: something cannot be written.
        tarfile.TarError: the tar is damaged, or reaches outside.
    """
    top = os.path.join(os.path.realpath(folder), name) if name else os.path.realpath(folder)
    root: str | None = None
    later: list[tuple[str, tarfile.TarInfo]] = []
    with tarfile.open(fileobj=source, mode="r|") as tar:
        # Each name is checked here, and so it is on every version of Python.
        tar.extraction_filter = _as_it_is
        for member in tar:
            clean = os.path.normpath(member.name.lstrip("/"))
            root = clean if root is None else root
            place = _place(top, _below(root, clean))
            member.uid, member.gid, member.uname, member.gname = os.geteuid(), os.getegid(), "", ""
            if member.islnk():
                linked = os.path.normpath(member.linkname.lstrip("/"))
                member.linkname = os.path.relpath(_place(top, _below(root, linked)), os.path.dirname(top))
            member.name = os.path.relpath(place, os.path.dirname(top))
            if member.isdir() and place == top and not name:
                continue  # it was there before
            if member.isdir():
                # Its mode may forbid what is still to be written in it.
                later.append((place, member))
                _make_folder(place)
                continue
            _make_way(place)
            tar.extract(member, os.path.dirname(top), set_attrs=not member.issym())
    for place, member in reversed(later):
        os.chmod(place, member.mode & 0o7777)
        os.utime(place, (member.mtime, member.mtime))


def _plain(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """Names of users are this machine's; numbers go over."""
    member.uname = member.gname = ""
    return member


def _as_it_is(member: tarfile.TarInfo, _path: str) -> tarfile.TarInfo:
    return member


def _below(root: str, name: str) -> str:
    """A member's path within what is copied: nothing for the top itself.

    Raises:
        tarfile.TarError: it lies elsewhere.
    """
    if name == root:
        return ""
    inner = name if root == "." else name.removeprefix(f"{root}/") if name.startswith(f"{root}/") else ".."
    if inner.split("/", 1)[0] == "..":
        raise tarfile.TarError(f"`{name}` lies outside of what is copied")
    return inner


def _place(top: str, inner: str) -> str:
    """Where it goes; no symbolic link on the way, wherever it came from, leads out.

    Raises:
        tarfile.TarError: one does.
    """
    place = os.path.join(top, inner) if inner else top
    parent = os.path.realpath(os.path.dirname(place)) if inner else os.path.dirname(place)
    if inner and parent != top and not parent.startswith(top.rstrip("/") + "/"):
        raise tarfile.TarError(f"`{inner}` leads outside of `{top}`")
    return place


def _make_folder(place: str) -> None:
    if os.path.islink(place) or (os.path.exists(place) and not os.path.isdir(place)):
        raise NotADirectoryError(0, "Is there, and is no folder", place)
    os.makedirs(place, exist_ok=True)
    os.chmod(place, stat.S_IMODE(os.stat(place).st_mode) | stat.S_IRWXU)


def _make_way(place: str) -> None:
    """What is there gives way, but no folder does."""
    if os.path.isdir(place) and not os.path.islink(place):
        raise IsADirectoryError(0, "Is a folder", place)
    if os.path.lexists(place):
        os.unlink(place)
