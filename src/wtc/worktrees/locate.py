"""Which worktree a folder lies in, as git sees it, without asking git."""

import os
import re
import stat
from dataclasses import dataclass, field
from pathlib import Path

_LONGEST_GIT_FILE = 1 << 16
_BARE = re.compile(r"^[ \t]*bare[ \t]*(?:=[ \t]*(?:true|yes|on|1)[ \t]*)?$", re.MULTILINE | re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Worktree:
    """A folder that has a stack of its own. Paths are real and absolute."""

    path: str
    git: bool = False
    """Whether it is a git worktree; else it is just the folder."""
    linked: bool = False
    """Whether it was made by `git worktree add`."""
    main: str = ""
    """The main worktree's path: `path` itself where this is it, nothing where there is none (a bare repository)."""
    git_dir: str = field(default="", compare=False)
    """git's own folder for this worktree."""
    common: str = field(default="", compare=False)
    """The common git folder of the repository."""


def worktree_of(folder: str) -> Worktree:
    """The git worktree that the folder lies in (a submodule is part of its superproject's), else the folder itself.

    A folder that is not there is itself, too: what lies above it is another worktree, and not to be taken for this one.
    """
    start = Path(os.path.realpath(folder))
    if not start.is_dir():
        return Worktree(path=str(start))
    for candidate in (start, *start.parents):
        if found := _git_worktree(candidate):
            return found
    return Worktree(path=str(start))


def worktree_at(folder: str) -> Worktree:
    """The folder as the worktree that a caller says it is, whatever lies above it, and whether or not it is there."""
    path = Path(os.path.realpath(folder))
    return _git_worktree(path) or Worktree(path=str(path))


def _git_worktree(folder: Path) -> Worktree | None:
    """The worktree whose root the folder is; nothing where it is none's, or a submodule's."""
    entry = folder / ".git"
    mode = _mode(entry)
    if stat.S_ISDIR(mode):
        # git, too, passes over a `.git` without a HEAD.
        if not _mode(entry / "HEAD", follow=False):
            return None
        git_dir = os.path.realpath(entry)
        return Worktree(path=str(folder), git=True, main=str(folder), git_dir=git_dir, common=git_dir)
    if not stat.S_ISREG(mode):
        return None
    git_dir = _target(entry, "gitdir: ", folder)
    if git_dir is None:
        return None
    common = _target(git_dir / "commondir", "", git_dir)
    if common is None and _mode(git_dir) == 0 and git_dir.parent.name == "worktrees":
        # Its repository is out of sight (pruned, moved, not mounted in here): the path still tells.
        common = git_dir.parent.parent
    if common is not None:
        return Worktree(
            path=str(folder),
            git=True,
            linked=True,
            main=_main_of(common),
            git_dir=str(git_dir),
            common=str(common),
        )
    if _is_submodules(git_dir):
        return None
    return Worktree(path=str(folder), git=True, main=str(folder), git_dir=str(git_dir), common=str(git_dir))


def _is_submodules(git_dir: Path) -> bool:
    """Whether it lies in the `modules` folder of another git dir (or did, before that went out of sight)."""
    gone = not _mode(git_dir)
    return any(
        above.name == "modules" and (gone or _mode(above.parent / "HEAD", follow=False)) for above in git_dir.parents
    )


def _main_of(common: Path) -> str:
    return str(common.parent) if common.name == ".git" and not _is_bare(common) else ""


def _is_bare(common: Path) -> bool:
    """Whether nothing is checked out beside it: `git clone --bare` into a folder's `.git`, worktrees beside that."""
    return any(_BARE.search(_content(common / name)) for name in ("config", "config.worktree"))


def _target(file: Path, prefix: str, base: Path) -> Path | None:
    """The path that a one-line file of git's names, relative to `base`."""
    content = _content(file).rstrip("\r\n")
    named = content.removeprefix(prefix)
    if not content.startswith(prefix) or not named or "\0" in named:
        return None
    return Path(os.path.realpath(base / named))


def target_of(file: str, prefix: str, base: str) -> str:
    """The real path that a one-line file of git's names, relative to `base`; empty where it names none."""
    return str(_target(Path(file), prefix, Path(base)) or "")


def content_of(file: str) -> str:
    """The beginning of a file; empty where it cannot be read."""
    return _content(Path(file))


def _content(file: Path) -> str:
    """The beginning of a file; nothing of one that cannot be read."""
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError:
        return ""
    try:
        return os.fsdecode(os.read(descriptor, _LONGEST_GIT_FILE))
    except OSError:
        return ""
    finally:
        os.close(descriptor)


def _mode(path: Path, *, follow: bool = True) -> int:
    """The mode of what is there; 0 where nothing is, or nothing that may be seen."""
    try:
        return (path.stat() if follow else path.lstat()).st_mode
    except OSError:
        return 0
