"""Send a build context as a tar archive, streamed: it is never complete in memory or on disk."""

import stat
import tarfile
from collections.abc import Generator, Iterator
from pathlib import Path

from wtc.engine.images.build_context import (
    IGNORE_FILE,
    BuildContext,
    BuildContextError,
    ContextEntry,
    read_context_file,
    unreadable_context,
    walk_context,
)

CHUNK_BYTES = 256 * 1024
_SMALL_BYTES = 1024 * 1024
_TYPES = {stat.S_IFREG: tarfile.REGTYPE, stat.S_IFDIR: tarfile.DIRTYPE, stat.S_IFLNK: tarfile.SYMTYPE}


def tar_context(context: BuildContext, *, for_legacy_builder: bool = False) -> Generator[bytes]:
    """Yield the archive in chunks; root owns all files, modes and times are kept.

    The legacy builder applies `.dockerignore` again: it gets the patterns that apply, and those of the files that were
    added to the context.
    Raises: BuildContextError for a file or folder that cannot be read.
    """
    buffer = bytearray()
    for piece in _tar_pieces(context, for_legacy_builder=for_legacy_builder):
        buffer += piece
        while len(buffer) >= CHUNK_BYTES:
            yield bytes(buffer[:CHUNK_BYTES])
            del buffer[:CHUNK_BYTES]
    buffer += bytes(2 * tarfile.BLOCKSIZE)
    yield bytes(buffer)


def _tar_pieces(context: BuildContext, *, for_legacy_builder: bool) -> Iterator[bytes]:
    replaced = for_legacy_builder and (context.ignore_text or context.extra_dockerfile is not None)
    hidden = [context.dockerfile] if context.extra_dockerfile is not None else []
    is_ignore_file_sent = False
    for entry in walk_context(context):
        if replaced and entry.path == IGNORE_FILE:
            is_ignore_file_sent = True
        else:
            yield from _entry(entry)
    if context.extra_dockerfile is not None:
        yield from _tar_content(context.dockerfile, context.extra_dockerfile)
    if replaced:
        hidden += [] if is_ignore_file_sent else [IGNORE_FILE]
        # Last, so that no exception includes them again.
        text = "\n".join([context.ignore_text, *hidden, ""]) if hidden else context.ignore_text
        yield from _tar_content(IGNORE_FILE, text.encode(errors="surrogateescape"))


def _entry(entry: ContextEntry) -> Iterator[bytes]:
    info = tarfile.TarInfo(entry.path)
    info.type = _TYPES[stat.S_IFMT(entry.mode)]
    info.mode = stat.S_IMODE(entry.mode)
    info.mtime = entry.mtime_s
    info.linkname = entry.link
    if stat.S_ISREG(entry.mode):
        yield from _file(info, entry.source)
    else:
        yield _header(info)


def _tar_content(name: str, content: bytes) -> Iterator[bytes]:
    info = tarfile.TarInfo(name)
    info.mode = 0o644
    info.size = len(content)
    yield _header(info)
    yield content
    yield _padding(len(content))


def _file(info: tarfile.TarInfo, path: str) -> Iterator[bytes]:
    try:
        info.size = Path(path).stat().st_size
        if info.size <= _SMALL_BYTES:
            # Read it before the header with its size is sent, because it may grow or shrink meanwhile.
            content = read_context_file(path)
            info.size = len(content)
            yield _header(info)
            yield content
        else:
            yield _header(info)
            yield from _exactly(path, info.size)
    except FileNotFoundError:
        return
    yield _padding(info.size)


def _exactly(path: str, size: int) -> Iterator[bytes]:
    left = size
    try:
        with Path(path).open("rb", buffering=0) as file:
            while left and (piece := file.read(min(left, CHUNK_BYTES))):
                left -= len(piece)
                yield piece
    except OSError as error:
        raise unreadable_context(path, error) from error
    if left:
        raise BuildContextError(
            f"`{path}` became shorter while it was sent to the engine",
            hints=("to exclude it from the build, add its path to `.dockerignore`",),
        )


def _header(info: tarfile.TarInfo) -> bytes:
    return info.tobuf(tarfile.PAX_FORMAT, "utf-8", "surrogateescape")


def _padding(size: int) -> bytes:
    return bytes(-size % tarfile.BLOCKSIZE)
