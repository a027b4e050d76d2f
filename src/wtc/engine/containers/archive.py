"""Copy files from and to a container as tar archives. Source: Engine API, `/containers/{id}/archive`."""

import base64
import json
from collections.abc import Callable, Iterator
from typing import IO, TYPE_CHECKING, Any

from wtc.dataclass import dataclass
from wtc.errors import NotFoundError
from wtc.model.plan import ContainerRef

if TYPE_CHECKING:
    from wtc.engine.client.connection import Engine

STAT_HEADER = "X-Docker-Container-Path-Stat"
# Source: Go's `io/fs.FileMode`, in which the engine writes a mode.
_GO_DIR, _GO_LINK = 1 << 31, 1 << 27


@dataclass(frozen=True, slots=True, kw_only=True)
class PathStat:
    """A file, folder or symbolic link in a container; `link` is the target of a symbolic link, else empty."""

    name: str
    is_dir: bool
    link: str = ""


def path_stat(engine: "Engine", container: ContainerRef, path: str) -> PathStat | None:
    """Return what `HEAD` reports about a path; None if it does not exist."""
    doing = f"inspect `{path}` in container `{container.name}`"
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
    """Pass a tar of the path to `take`, as it arrives (`GET`).

    Raises:
        NotFoundError: the path does not exist.
    """
    doing = f"copy `{path}` from container `{container.name}`"
    response = engine.call(
        "GET",
        f"/containers/{container.key}/archive",
        doing=doing,
        params={"path": path},
        # For a local engine, compression takes longer than the transfer.
        headers={"Accept-Encoding": "identity"},
        stream=True,
    )
    try:
        take(_Source(engine, response.raw, doing))  # type: ignore[arg-type]  # it has the method that tarfile uses
    finally:
        response.close()


class _Source:
    """A response's body as a file that can only be read from beginning to end."""

    def __init__(self, engine: "Engine", raw: Any, doing: str) -> None:
        self._engine, self._raw, self._doing = engine, raw, doing

    def read(self, size: int = -1) -> bytes:
        """Return at most `size` bytes; empty at the end."""
        with self._engine.mapping(self._doing):
            return bytes(self._raw.read(size if size >= 0 else None))


def upload(
    engine: "Engine", container: ContainerRef, folder: str, data: Iterator[bytes], *, users: bool = False
) -> None:
    """Unpack a tar in an existing folder (`PUT`). With `users` the container's user owns the unpacked files.

    Raises:
        NotFoundError: the folder does not exist.
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
            f"folder `{folder}` does not exist in container `{container.name}`",
            status=error.status,
            causes=error.causes,
        ) from error
