"""Bring files of this machine into a running container, and remove those that are gone, for `watch`.

Source: docker/compose, internal/sync/tar.go (2.40): the container's user owns what is sent. Files are removed as root,
because the engine creates missing folders as root.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from wtc.engine.client.output_stream import read_tail
from wtc.engine.containers.archive import path_stat, upload
from wtc.engine.containers.archive_pack import pack_entries
from wtc.engine.containers.hooks import run_command
from wtc.errors import EngineError, WtcError
from wtc.model.observed import ContainerRef
from wtc.model.service import Hook

if TYPE_CHECKING:
    from wtc.engine.client.connection import Engine

ASKED = 16
"""Up to so many paths, the engine is asked which of them exist: to run `rm` takes longer than these requests."""
PATHS_BYTES = 64 * 1024
"""The size of the paths of one `rm`, below the kernel's limits."""


def send_files(
    engine: "Engine",
    container: ContainerRef,
    files: Mapping[str, str],
    is_folder: Callable[[str], bool],
    *,
    unreadable: Callable[[OSError], None],
) -> None:
    """Send files, folders and links: absolute path in the container -> local path. Folders are sent alone.

    What has another type in the container, a folder in place of a file or the reverse, is removed first.

    Raises:
        EngineError: the engine refuses.
        OSError: a file changed while it was read.
    """

    def packed() -> Iterator[bytes]:
        return pack_entries(((path, name.lstrip("/")) for name, path in files.items()), unreadable=unreadable)

    try:
        upload(engine, container, "/", packed(), users=True)
    except EngineError:
        in_the_way = [
            name
            for name, path in files.items()
            if (found := path_stat(engine, container, name)) is not None and found.is_dir != is_folder(path)
        ]
        if not in_the_way:
            raise
        remove_paths(engine, container, in_the_way)
        upload(engine, container, "/", packed(), users=True)


def remove_paths(engine: "Engine", container: ContainerRef, paths: Sequence[str]) -> None:
    """Remove files and folders by their absolute paths, with all that folders contain. Missing ones are skipped.

    Raises:
        EngineError: the container is not running, or has no `rm`.
        WtcError: `rm` failed; `detail` has its output.
    """
    present = [p for p in paths if path_stat(engine, container, p)] if len(paths) <= ASKED else paths
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
