"""Create folders for one user's files."""

import errno
import os
from contextlib import suppress


def make_private_folder(path: str, *, owner: tuple[int, int] | None = None) -> None:
    """Create a folder and its missing parents, all closed to others, whatever the umask; an existing one is kept.

    `owner`: the user and group to which new folders are given.

    Raises:
        OSError: as raised by `mkdir` and `chown`.
    """
    if os.path.isdir(path):
        return
    parent = os.path.dirname(path.rstrip("/"))
    if parent and parent != path:
        make_private_folder(parent, owner=owner)
    with suppress(FileExistsError):
        os.mkdir(path, 0o700)
        if owner:
            os.chown(path, *owner)
    if not os.path.isdir(path):
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), path)
