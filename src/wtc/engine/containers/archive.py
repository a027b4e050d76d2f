"""Files of a container, as tar archives. Source: Engine API, `/containers/{id}/archive`."""

import base64
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

from wtc.errors import NotFoundError
from wtc.model.plan import ContainerRef

if TYPE_CHECKING:
    from wtc.engine.client.connection import Engine

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
