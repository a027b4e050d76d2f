"""Find the worktree that contains a folder, with git's rules, without starting git."""

import os
import re
import stat
from os.path import basename, dirname, join, realpath

from wtc.dataclass import dataclass, field
from wtc.errors import WtcError

_LONGEST_GIT_FILE = 1 << 16
_BARE = r"(?im)^[ \t]*bare[ \t]*(?:=[ \t]*(?:true|yes|on|1)[ \t]*)?$"


@dataclass(frozen=True, slots=True, kw_only=True)
class Worktree:
    """A folder that can have a stack. Paths are real and absolute."""

    path: str
    git: bool = False
    """Whether it is a git worktree; if not, it is a plain folder."""
    linked: bool = False
    """Whether it is a linked worktree, which `git worktree add` created."""
    main: str = ""
    """The path of the main worktree, which can be `path`; empty for a bare repository."""
    git_dir: str = field(default="", compare=False)
    """git's folder for this worktree."""
    common: str = field(default="", compare=False)
    """The common git folder of the repository."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedWorktree:
    """A linked worktree as the repository lists it; its folder may not exist."""

    path: str
    branch: str
    """Empty for a detached HEAD."""
    added_s: float
    """When git recorded its path, in seconds since the epoch."""
    git_dir: str
    """git's folder for it."""


def worktree_of(folder: str) -> Worktree:
    """Return the git worktree that contains the folder (for a submodule, that of its superproject), else the folder.

    A missing folder is returned as a plain folder, because a worktree above it is another one.

    Raises:
        WtcError: the `.git` file that git would use does not point to a git folder.
    """
    start = realpath(folder)
    if not os.path.isdir(start):
        return Worktree(path=start)
    candidate = start
    while True:
        if found := _git_worktree(candidate):
            return found
        parent = dirname(candidate)
        if parent == candidate:
            return Worktree(path=start)
        candidate = parent


def worktree_at(folder: str) -> Worktree:
    """Return the worktree whose top is the folder, which may be missing. Parent folders are not searched.

    Raises:
        WtcError: its `.git` file does not point to a git folder.
    """
    path = realpath(folder)
    return _git_worktree(path) or Worktree(path=path)


def bare_repository_of(folder: str) -> str:
    """Return the bare repository that the folder is or lies in; empty where it is in none."""
    candidate = realpath(folder)
    while not (is_bare(candidate) and _has_head(candidate) and os.path.isdir(join(candidate, "objects"))):
        if candidate == dirname(candidate):
            return ""
        candidate = dirname(candidate)
    return candidate


def linked_worktrees(worktree: Worktree) -> tuple[LinkedWorktree, ...]:
    """Return the linked worktrees of the worktree's repository, the newest first."""
    if not worktree.common:
        return ()
    folder = join(worktree.common, "worktrees")
    try:
        names = os.listdir(folder)
    except OSError:
        return ()
    found = (_recorded(join(folder, name)) for name in names)
    return tuple(sorted((one for one in found if one), key=lambda one: (-one.added_s, one.path)))


def repository_worktrees(worktree: Worktree) -> tuple[tuple[str, str], ...]:
    """Return path and branch of each worktree of the repository, the main one first; the branch may be empty."""
    main = ((worktree.main, _branch(worktree.common)),) if worktree.main and worktree.common else ()
    return (*main, *((one.path, one.branch) for one in linked_worktrees(worktree)))


def branch_of(folder: str) -> str:
    """Return the branch that the worktree at a folder has checked out.

    It is empty for a detached HEAD, and where the folder is not the top of a worktree.
    """
    try:
        worktree = worktree_at(folder)
    except WtcError:
        return ""
    return _branch(worktree.git_dir) if worktree.git else ""


def _branch(git_dir: str) -> str:
    """Return the branch that is checked out; empty for a detached HEAD."""
    head = read_beginning(join(git_dir, "HEAD")).strip()
    prefix = "ref: refs/heads/"
    return head.removeprefix(prefix) if head.startswith(prefix) else ""


def _recorded(admin: str) -> LinkedWorktree | None:
    """Return the worktree of an entry in `.git/worktrees`."""
    link = join(admin, "gitdir")
    entry = read_link_file(link, "", admin)
    if not entry:
        return None
    try:
        added_s = os.stat(link).st_mtime
    except OSError:
        return None
    return LinkedWorktree(path=dirname(entry), branch=_branch(admin), added_s=added_s, git_dir=admin)


def _git_worktree(folder: str) -> Worktree | None:
    """Return the worktree whose top is the folder; None if it is not the top of one, or of a submodule."""
    entry = join(folder, ".git")
    mode = _mode(entry)
    if stat.S_ISDIR(mode):
        # git also ignores a `.git` without a HEAD.
        return _main(folder, realpath(entry)) if _has_head(entry) else None
    if not stat.S_ISREG(mode):
        return None
    git_dir = read_link_file(entry, "gitdir: ", folder)
    if not git_dir:
        raise WtcError(f"`{entry}` is not a valid `.git` file", hints=[_repair(folder)])
    if not _has_head(git_dir) and not _is_submodules(git_dir):
        raise WtcError(
            f"`{entry}` does not point to a git folder",
            causes=[f"`{git_dir}` is not a readable git folder"],
            hints=[_repair(folder)],
        )
    if common := read_link_file(join(git_dir, "commondir"), "", git_dir):
        return Worktree(path=folder, git=True, linked=True, main=_main_of(common), git_dir=git_dir, common=common)
    return None if _is_submodules(git_dir) else _main(folder, git_dir)


def _main(folder: str, git_dir: str) -> Worktree:
    return Worktree(path=folder, git=True, main=folder, git_dir=git_dir, common=git_dir)


def _repair(folder: str) -> str:
    import shlex

    return f"to repair it, run `git worktree repair {shlex.quote(folder)}` in the main worktree"


def _is_submodules(git_dir: str) -> bool:
    """Return whether the git folder, which may be missing, is in the `modules` folder of another git folder."""
    if basename(dirname(git_dir)) == "worktrees" and not _mode(git_dir):
        return False
    above = dirname(git_dir)
    while above != dirname(above):
        if basename(above) == "modules" and _has_head(dirname(above)):
            return True
        above = dirname(above)
    return False


def _has_head(git_dir: str) -> bool:
    return bool(_mode(join(git_dir, "HEAD"), follow=False))


def _main_of(common: str) -> str:
    return dirname(common) if basename(common) == ".git" and not is_bare(common) else ""


def is_bare(common: str) -> bool:
    """Return whether the repository has no main worktree, as after `git clone --bare URL .git`."""
    return any(re.search(_BARE, read_beginning(join(common, name))) for name in ("config", "config.worktree"))


def read_link_file(file: str, prefix: str, base: str) -> str:
    """Return the real path in one of git's one-line files, relative to `base`; empty if it contains none."""
    content = read_beginning(file).rstrip("\r\n")
    named = content.removeprefix(prefix)
    if not content.startswith(prefix) or not named or "\0" in named:
        return ""
    return realpath(join(base, named))


def read_beginning(file: str) -> str:
    """Return the beginning of a file; empty if it cannot be read."""
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


def _mode(path: str, *, follow: bool = True) -> int:
    """Return the mode of a file; 0 if it does not exist or is not accessible."""
    try:
        return (os.stat(path) if follow else os.lstat(path)).st_mode
    except OSError:
        return 0
