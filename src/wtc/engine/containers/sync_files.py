"""Bring files of this machine into a running container, and remove those that are gone, for `watch`.

Source: docker/compose, internal/sync/tar.go (2.40): the container's user owns what is sent. Files are removed as root,
because the engine creates missing folders as root.
"""

import posixpath
from collections.abc import Callable, Iterator, Mapping, Sequence

from wtc.engine.client.output_stream import read_tail
from wtc.engine.containers.archive import PathStat, path_stat, upload
from wtc.engine.containers.archive_pack import pack_entries
from wtc.engine.containers.hooks import run_command
from wtc.errors import EngineError, WtcError
from wtc.model.observed import ContainerRef
from wtc.model.service import Hook
from wtc.static_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wtc.engine.client.connection import Engine

ASKED = 16
"""Up to so many paths, the engine is asked which of them exist: to run `rm` takes longer than these requests."""
PATHS_BYTES = 64 * 1024
"""The size of the paths of one `rm`, below the kernel's limits."""


def send_files(
    engine: "Engine", container: ContainerRef, files: Mapping[str, str], *, unreadable: Callable[[OSError], None]
) -> None:
    """Send files, folders and links: absolute path in the container -> local path. Folders are sent alone.

    `unreadable` gets the errors of files that cannot be read, which are left out.

    Raises:
        EngineError: the engine refuses, also a file in place of a folder, or the reverse.
        OSError: a file became shorter while it was read.
    """
    entries = ((path, name.lstrip("/")) for name, path in files.items())
    upload(engine, container, "/", pack_entries(entries, unreadable=unreadable), users=True)


def other_types(engine: "Engine", container: ContainerRef, folders: Mapping[str, bool]) -> list[str]:
    """Return the paths that are a folder in the container and should not be one, or the reverse.

    `folders`: absolute path in the container -> whether it should be a folder.
    """
    found = ((name, _stat(engine, container, name)) for name in folders)
    return [name for name, stat in found if stat is not None and stat.is_dir != folders[name]]


def remove_paths(engine: "Engine", container: ContainerRef, paths: Sequence[str]) -> list[str]:
    """Remove files and folders by their absolute paths, with all that folders contain. Missing ones are skipped.

    Returns: the paths that existed; if there are more than `ASKED`, all of them.

    Raises:
        EngineError: the container is not running, or has no `rm`.
        WtcError: `rm` failed; `detail` has its output.
    """
    present = [p for p in paths if len(paths) > ASKED or _stat(engine, container, p)]
    for part in _parts(present):
        hook = Hook(command=("rm", "-rf", "--", *part), user="0")
        doing = f"remove files in container `{container.name}`"
        status, output = run_command(engine, container, hook, doing=doing, read=read_tail)
        if status:
            raise WtcError(
                f"cannot {doing}",
                causes=[f"`rm` ended with status {status}"],
                detail=output.decode(errors="replace").rstrip(),
            )
    return present


def _stat(engine: "Engine", container: ContainerRef, path: str) -> PathStat | None:
    """Return what is at a path; None also where a folder of the path is a file, for which the engine has no status."""
    try:
        return path_stat(engine, container, path)
    except EngineError:
        above = _stat(engine, container, posixpath.dirname(path)) if path != "/" else None
        if path == "/" or (above is not None and (above.is_dir or above.link)):
            raise
        return None


def _parts(paths: Sequence[str]) -> Iterator[list[str]]:
    """Yield the paths in parts of limited size."""
    part: list[str] = []
    size = 0
    for path in paths:
        if part and size + len(path) > PATHS_BYTES:
            yield part
            part, size = [], 0
        part.append(path)
        size += len(path) + 1
    if part:
        yield part
