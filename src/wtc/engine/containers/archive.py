"""Copy files from and to a container as tar archives. Source: Engine API, `/containers/{id}/archive`."""

import base64
from collections.abc import Callable, Iterator

from wtc.dataclass import dataclass
from wtc.engine.client.json_access import Json, get_number, get_text, parse_json
from wtc.errors import EngineError, NotFoundError
from wtc.model.observed import ContainerRef
from wtc.static_typing import IO, TYPE_CHECKING, cast

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
    header = response.header(STAT_HEADER)
    if response.status == 404 or not header:
        return None
    try:
        found = parse_json(base64.b64decode(header))
    except ValueError as error:
        raise EngineError(f"cannot {doing}", causes=(f"the engine's `{STAT_HEADER}` is not valid",)) from error
    if not isinstance(found, dict):
        raise EngineError(f"cannot {doing}", causes=(f"the engine's `{STAT_HEADER}` is not valid",))
    stat = cast("Json", found)
    mode = get_number(stat, "mode")
    return PathStat(
        name=get_text(stat, "name"),
        is_dir=bool(mode & _GO_DIR),
        link=get_text(stat, "linkTarget") if mode & _GO_LINK else "",
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
        stream=True,
    )
    try:
        take(cast("IO[bytes]", response))  # it has the method that tarfile uses
    finally:
        response.close()


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
