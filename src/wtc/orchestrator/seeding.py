"""Files that a fresh worktree lacks: `.env`, and what `.worktreeinclude` names. Nothing that is there is touched."""

import os
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from wtc.errors import WtcError
from wtc.worktrees.git import NoGitError
from wtc.worktrees.ignored import INCLUDE_FILE, ignored, included
from wtc.worktrees.locate import Worktree

ENV_FILE = ".env"
ENV_SOURCES = (".docker/config/.env.local", ".env.example")
"""What `.env` is made from, the first that is there; after them comes the setting `env_from`."""

_FEW = 100
"""So many files are waited for until the disk has them; more, such as a `node_modules`, would take minutes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """A file that was made. Both paths are absolute."""

    path: str
    source: str


def seed_env(
    folder: str,
    worktree: Worktree,
    further: Callable[[], Sequence[str]],
    environment: Mapping[str, str],
    warn: Callable[[str], None],
) -> Copied | None:
    """Makes `.env` in `folder` (the compose file's, in the worktree) unless it is there; None where nothing was made.

    `further` names what else it may be made from, and is asked only when it matters. A source is looked for in the
    folder, in the worktree, and, where git ignores it, in the main worktree.

    Raises:
        WtcError: the file cannot be read or written.
    """
    path = os.path.join(folder, ENV_FILE)
    if os.path.lexists(path):
        return None
    for names in (lambda: ENV_SOURCES, further):
        for name in names():
            try:
                source = _source(name, folder, worktree, environment)
            except NoGitError as error:
                warn(f"whether git ignores `{name}` in `{worktree.main}` cannot be told: {error}")
                continue
            if source:
                return Copied(path=path, source=source) if copy(source, path) else None
    return None


def copy_included(worktree: Worktree, environment: Mapping[str, str], warn: Callable[[str], None]) -> list[Copied]:
    """Copies from the main worktree what `.worktreeinclude` names, git ignores in both, and is missing here.

    Raises:
        WtcError: a file cannot be read or written.
    """
    if not worktree.linked or not worktree.main:
        return []
    places = (os.path.join(place, INCLUDE_FILE) for place in (worktree.path, worktree.main))
    include_file = next((path for path in places if os.path.isfile(path)), "")
    if not include_file:
        return []
    try:
        names = included(worktree.main, include_file, environment)
        missing = [name for name in names if not os.path.lexists(os.path.join(worktree.path, name))]
        wanted = ignored(worktree.path, missing, environment)
    except (NoGitError, OSError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        warn(f"`{include_file}` was not followed: {why}")
        return []
    made: list[Copied] = []
    inside: dict[str, bool] = {}
    for name in missing:
        if name not in wanted:
            warn(f"`{name}` was not copied: git does not ignore it in this worktree")
            continue
        source, path = os.path.join(worktree.main, name), os.path.join(worktree.path, name)
        folder = os.path.dirname(path)
        if folder not in inside:
            inside[folder] = _lies_in(worktree.path, folder)
        if inside[folder] and copy(source, path, safely=len(missing) <= _FEW):
            made.append(Copied(path=path, source=source))
    return made


def copy(source: str, path: str, *, safely: bool = True) -> bool:
    """Copies a file with its permissions, whole or not at all; False where something is there by now.

    A symbolic link stays one. Pipes, sockets and devices are passed over. With `safely` it is on the disk by then.

    Raises:
        WtcError: it cannot be read or written.
    """
    import shutil

    new = f"{path}.wtc-{os.getpid()}"
    try:
        mode = os.lstat(source).st_mode
        os.makedirs(os.path.dirname(path), exist_ok=True)
        if stat.S_ISLNK(mode):
            os.symlink(os.readlink(source), path)
            return True
        if not stat.S_ISREG(mode):
            return False
        with suppress(FileNotFoundError):
            os.unlink(new)
        # Closed to others until it has its own permissions.
        with open(source, "rb") as content, open(_exclusive(new), "wb") as copied:
            shutil.copyfileobj(content, copied)
            copied.flush()
            os.fchmod(copied.fileno(), stat.S_IMODE(mode))
            if safely:
                os.fsync(copied.fileno())
        return _appear(new, path)
    except FileExistsError:
        return False
    except OSError as error:
        raise WtcError(
            f"cannot copy `{source}` to `{path}`", causes=[(error.strerror or str(error)).lower()]
        ) from error
    finally:
        with suppress(OSError):
            os.unlink(new)


def _exclusive(path: str) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)


def _appear(new: str, path: str) -> bool:
    """Gives the file its name, unless that is taken: a link, unlike a rename, never takes another's place."""
    try:
        os.link(new, path)
    except FileExistsError:
        return False
    except OSError:
        # A file system without hard links.
        if os.path.lexists(path):
            return False
        os.rename(new, path)
    return True


def _source(name: str, folder: str, worktree: Worktree, environment: Mapping[str, str]) -> str:
    """The file to copy, as an absolute path; nothing where there is none. Raises NoGitError."""
    for place in dict.fromkeys((folder, worktree.path)):
        if os.path.isfile(path := os.path.join(place, name)):
            return os.path.realpath(path)
    if not worktree.linked or not worktree.main:
        return ""
    for path in _in_main(name, folder, worktree):
        relative = os.path.relpath(path, worktree.main)
        inside = os.path.isfile(path) and not relative.startswith("..")
        if inside and ignored(worktree.main, [relative], environment):
            return os.path.realpath(path)
    return ""


def _in_main(name: str, folder: str, worktree: Worktree) -> Iterator[str]:
    """Where the main worktree would have it: in the folder that corresponds, then at its root."""
    for place in dict.fromkeys((os.path.relpath(folder, worktree.path), ".")):
        yield os.path.normpath(os.path.join(worktree.main, place, name))


def _lies_in(worktree: str, folder: str) -> bool:
    """Whether the folder is the worktree's, whatever links lead there; it need not be there yet."""
    real = os.path.realpath(folder)
    return real == worktree or real.startswith(worktree.rstrip("/") + "/")
