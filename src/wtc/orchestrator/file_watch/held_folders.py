"""Folders that are held open, so that their content can be listed after they were renamed.

A notification does not name what is in a folder that is renamed, and the new path is not known. An open descriptor
leads to the folder wherever it is.
"""

import os
from collections.abc import Collection, Iterator
from contextlib import suppress


class HeldFolders:
    """Path -> descriptor of the folder that was there."""

    def __init__(self) -> None:
        self._open: dict[str, int] = {}

    def hold(self, paths: Collection[str]) -> None:
        """Hold the folders at these paths, in place of those that were held. Leave out what is not a folder."""
        self.close()
        for path in paths:
            with suppress(OSError):
                self._open[path] = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)

    def content(self, path: str) -> Iterator[tuple[str, bool]]:
        """Yield the paths in the folder as they were below `path`, and whether each is a folder."""
        if path not in self._open:
            return
        for inner, folders, files, _ in os.fwalk(".", dir_fd=self._open[path]):
            folder = os.path.normpath(os.path.join(path, inner))
            yield from ((os.path.join(folder, name), True) for name in folders)
            yield from ((os.path.join(folder, name), False) for name in files)

    def close(self) -> None:
        """Hold no folder any longer."""
        while self._open:
            os.close(self._open.popitem()[1])
