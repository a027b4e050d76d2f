"""The disk as the compose interpreter sees it, with a record of everything that it looked at."""

from collections.abc import Callable

from wtc.dataclass import dataclass, field
from wtc.orchestrator.context.disk_reader import EXISTING, DiskReader, is_stream
from wtc.static_typing import TypeVar

T = TypeVar("T")


@dataclass(slots=True, kw_only=True)
class Seen:
    """What was looked at, by path, as it was then."""

    contents: dict[str, bytes | int] = field(default_factory=dict[str, bytes | int], repr=False)
    """The content, or the error number of an attempt to read."""
    kinds: dict[str, str] = field(default_factory=dict[str, str])
    """`DiskReader.kind`."""
    folders: dict[str, bool] = field(default_factory=dict[str, bool])
    links: dict[str, str] = field(default_factory=dict[str, str])
    """Path -> its real path."""
    repeatable: bool = True
    """Whether a later look can be compared: no pipe was read, no folder was searched, and nothing changed meanwhile."""

    def add(self, found: dict[str, T], path: str, value: T) -> None:
        """Record a value in one of the mappings; a second, different one means that the disk changed meanwhile."""
        if found.setdefault(path, value) != value:
            self.repeatable = False


class RecordingReader(DiskReader):
    """Reads the disk, and records what was read, looked for and resolved."""

    def __init__(self) -> None:
        super().__init__()
        self.seen = Seen()

    def read(self, path: str) -> bytes:
        """Return the file's content. Raises: OSError, as `DiskReader.read`."""
        if is_stream(path):
            self.seen.repeatable = False
        try:
            content = super().read(path)
        except OSError as error:
            self.seen.add(self.seen.contents, path, error.errno or 0)
            raise
        self.seen.add(self.seen.contents, path, content)
        return content

    def is_file(self, path: str) -> bool:
        """Return whether the path can be read as a file."""
        return self._kind(path) == "file"

    def exists(self, path: str) -> bool:
        """Return whether the path leads to anything but a folder: see `DiskReader.exists`."""
        return self._kind(path) in EXISTING

    def is_dir(self, path: str) -> bool:
        """Return whether the path is a folder."""
        found = super().is_dir(path)
        self.seen.add(self.seen.folders, path, found)
        return found

    def real_path(self, path: str) -> str:
        """Return the path with its symbolic links resolved, as far as it exists."""
        found = super().real_path(path)
        self.seen.add(self.seen.links, path, found)
        return found

    def _kind(self, path: str) -> str:
        kind = self.kind(path)
        self.seen.add(self.seen.kinds, path, kind)
        return kind

    def mark_unrepeatable(self) -> None:
        """Record that the command depends on something that is not read here, so that its result cannot be kept."""
        self.seen.repeatable = False

    def files_below(self, folder: str, wanted: Callable[[str], bool]) -> list[str]:
        """Return a few files below the folder whose names are `wanted`, nearest first. The search is bounded."""
        self.seen.repeatable = False
        return super().files_below(folder, wanted)
