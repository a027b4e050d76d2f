"""The changes of watched paths, in batches: folders by watchfiles, and each path itself by its status.

A single file is often replaced by a rename, a folder may appear late or be created again. A notification is bound to
an inode and ends with it, so the status of each watched path is read ten times a second instead: a few system calls.
"""

import os
import queue
import stat
import threading
from collections.abc import Callable, Collection, Iterable, Iterator

from wtc.errors import WtcError
from wtc.orchestrator.file_watch.decide import Kind, PathChange, outermost
from wtc.orchestrator.file_watch.held_folders import HeldFolders
from wtc.static_typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from watchfiles._rust_notify import RustNotify

STEP_MS = 50
"""A batch ends when nothing has changed for so long."""
BATCH_MS = 1_000
"""A batch takes no longer than this, whatever changes."""
LOOK_MS = 100
"""How often the watched paths themselves are looked at."""

Status: TypeAlias = tuple[int, ...] | None
"""What shows that a watched path was changed or replaced; None: it does not exist."""
KINDS = {1: Kind.ADDED, 2: Kind.MODIFIED, 3: Kind.REMOVED}
"""Source: watchfiles, `Change`."""


class FileChanges:
    """Watch paths until it is closed. Each path is absolute and without symbolic links, and may not exist yet."""

    def __init__(self, paths: Collection[str]) -> None:
        """Begin to watch: all later changes are reported.

        Raises:
            WtcError: watchfiles is not installed, or the system refuses to watch the folders.
        """
        self._queue: queue.SimpleQueue[list[PathChange] | Exception | None] = queue.SimpleQueue()
        self._stop = threading.Event()
        self._roots = {path: _status(path) for path in paths}
        self._notify: RustNotify | None = None
        self._held = HeldFolders()
        self._watch_folders()
        self._thread = threading.Thread(target=self._run, name="wtc-file-changes", daemon=True)
        self._thread.start()

    def take(self, timeout_s: float | None = None) -> list[PathChange]:
        """Wait for changes, and return all that were noticed by then; none after the timeout, or once it is closed.

        Raises:
            WtcError: the folders cannot be watched any longer.
        """
        found: list[PathChange] = []
        try:
            batch = self._queue.get(timeout=timeout_s)
            while True:
                if isinstance(batch, Exception):
                    raise batch
                found += batch or ()
                batch = self._queue.get_nowait()
        except queue.Empty:
            return found

    def close(self) -> None:
        """Stop watching; `take` returns what it has."""
        self._stop.set()
        self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        try:
            while not self._stop.is_set():
                if found := [*self._changed_roots(), *self._changed_below()]:
                    self._queue.put(found)
        except Exception as error:  # noqa: BLE001  raised where the changes are taken
            self._queue.put(error)
        finally:
            if self._notify is not None:
                self._notify.close()
            self._held.close()

    def _watch_folders(self) -> None:
        """Watch the folders that exist, and all that is in them."""
        if self._notify is not None:
            self._notify.close()
            self._notify = None
        notifier = _notifier()
        while folders := outermost(path for path, status in self._roots.items() if _is_folder(status)):
            try:
                self._notify = notifier(folders)
            except FileNotFoundError:
                self._roots.update({path: None for path in folders if not os.path.isdir(path)})
            else:
                break
        self._held.hold([path for path, status in self._roots.items() if _is_folder(status)])

    def _changed_roots(self) -> Iterator[PathChange]:
        now = {path: _status(path) for path in self._roots}
        before, self._roots = self._roots, now
        changed = [path for path, status in now.items() if status != before[path]]
        if any(_is_folder(s) for path in changed for s in (now[path], before[path])):
            # What was in a folder that is gone was removed before it.
            yield from self._changed_below()
            yield from self._left([path for path in changed if _identity(now[path]) != _identity(before[path])])
            self._watch_folders()
        for path in changed:
            folder = _is_folder(now[path] or before[path])
            if now[path] is None:
                yield PathChange(path=path, kind=Kind.REMOVED, is_folder=folder)
            else:
                # A folder in the place of another one is new.
                kind = Kind.ADDED if folder or before[path] is None else Kind.MODIFIED
                yield PathChange(path=path, kind=kind, is_folder=folder)

    def _left(self, paths: Iterable[str]) -> Iterator[PathChange]:
        """Yield what was in watched folders that were renamed, or that are in a renamed folder: it is not there now."""
        for path in paths:
            for inner, is_folder in self._held.content(path):
                yield PathChange(path=inner, kind=Kind.REMOVED, is_folder=is_folder)

    def _changed_below(self) -> Iterable[PathChange]:
        if self._notify is None:
            self._stop.wait(LOOK_MS / 1000)
            return ()
        found = self._notify.watch(BATCH_MS, STEP_MS, LOOK_MS, self._stop)
        if isinstance(found, str):
            return ()
        folders: dict[str, str] = {}
        return {
            PathChange(path=path, kind=KINDS[kind])
            for kind, named in sorted(found)
            if (path := _without_links(named, folders)) not in self._roots
        }


def _notifier() -> "Callable[[list[str]], RustNotify]":
    """Return the function that watches folders.

    Raises:
        WtcError: watchfiles is not installed.
    """
    try:
        from watchfiles._rust_notify import RustNotify
    except ImportError as error:
        raise WtcError(
            "watchfiles is not installed, which `watch` needs", hints=[f"to install it, run `{_install_command()}`"]
        ) from error

    def watch(folders: list[str]) -> RustNotify:
        try:
            return RustNotify(
                folders,
                debug=False,
                force_polling=False,
                poll_delay_ms=0,
                recursive=True,
                ignore_permission_denied=True,
            )
        except FileNotFoundError:
            raise
        except OSError as error:
            raise WtcError(
                f"cannot watch {', '.join(f'`{folder}`' for folder in folders)}",
                causes=[(error.strerror or str(error)).lower()],
                hints=[
                    "to watch fewer folders, name them in `develop.watch` one by one",
                    "to raise Linux's limit, run `sysctl fs.inotify.max_user_watches=524288` as root",
                ],
            ) from error

    return watch


def _install_command() -> str:
    """Return the command that installs watchfiles beside wtc: the environments that uv makes have no pip."""
    import shlex
    import sys
    from importlib.util import find_spec

    python = shlex.quote(sys.executable)
    return f"{python} -m pip install watchfiles" if find_spec("pip") else f"uv pip install --python {python} watchfiles"


def _status(path: str) -> Status:
    try:
        found = os.lstat(path)
    except OSError:
        return None
    identity = (found.st_mode, found.st_dev, found.st_ino)
    # The times of a folder change with its content, which is watched in another way.
    return identity if stat.S_ISDIR(found.st_mode) else (*identity, found.st_mtime_ns, found.st_ctime_ns, found.st_size)


def _identity(status: Status) -> Status:
    """Return what distinguishes a file or folder from another one at the same path."""
    return status and status[1:3]


def _is_folder(status: Status) -> bool:
    return status is not None and stat.S_ISDIR(status[0])


def _without_links(path: str, folders: dict[str, str]) -> str:
    """Return the path in its real folder: the notification may name a folder by a link that leads to it.

    `folders` keeps what is found.
    """
    folder, name = os.path.split(path)
    if folder not in folders:
        folders[folder] = os.path.realpath(folder)
    return os.path.join(folders[folder], name)
