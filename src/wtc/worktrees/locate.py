"""Which worktree a folder lies in, as git sees it, without starting git."""

import os
import re
import stat
from dataclasses import dataclass, field
from os.path import basename, dirname, join, realpath

from wtc.errors import WtcError

_LONGEST_GIT_FILE = 1 << 16
_BARE = re.compile(r"^[ \t]*bare[ \t]*(?:=[ \t]*(?:true|yes|on|1)[ \t]*)?$", re.MULTILINE | re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Worktree:
    """A folder that has a stack. Paths are real and absolute."""

    path: str
    git: bool = False
    """Whether it is a git worktree; else it is just the folder."""
    linked: bool = False
    """Whether it was made by `git worktree add`."""
    main: str = ""
    """The main worktree's path: `path` itself where this is it, empty where there is none (a bare repository)."""
    git_dir: str = field(default="", compare=False)
    """git's own folder for this worktree."""
    common: str = field(default="", compare=False)
    """The common git folder of the repository."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedWorktree:
    """A linked worktree as the repository lists it; its folder may be gone."""

    path: str
    branch: str
    """Empty for a detached HEAD."""
    added_s: float
    """When git recorded its path: seconds since the epoch."""
    git_dir: str
    """git's own folder for it."""


def worktree_of(folder: str) -> Worktree:
    """Return the git worktree that the folder lies in (a submodule is part of its superproject's), else the folder.

    A missing folder is returned as it is, too: what lies above it is another worktree.

    Raises:
        WtcError: the `.git` file that git would use leads nowhere.
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
    """Return the folder as the worktree that a caller says it is, whatever lies above it, and even if it is missing.

    Raises:
        WtcError: its `.git` file leads nowhere.
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


def worktree_on_branch(worktree: Worktree, branch: str) -> str:
    """Return the path of the worktree of the same repository that has the branch checked out; empty if none has."""
    if worktree.main and worktree.common and _branch(worktree.common) == branch:
        return worktree.main
    return next((one.path for one in linked_worktrees(worktree) if one.branch == branch), "")


def _branch(git_dir: str) -> str:
    """The branch that is checked out; empty for a detached HEAD."""
    head = read_beginning(join(git_dir, "HEAD")).strip()
    prefix = "ref: refs/heads/"
    return head.removeprefix(prefix) if head.startswith(prefix) else ""


def _recorded(admin: str) -> LinkedWorktree | None:
    """The worktree that the folder in `.git/worktrees` is about."""
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
    """The worktree whose root the folder is; None where it is not a root, or is a submodule's."""
    entry = join(folder, ".git")
    mode = _mode(entry)
    if stat.S_ISDIR(mode):
        # git, too, passes over a `.git` without a HEAD.
        return _main(folder, realpath(entry)) if _has_head(entry) else None
    if not stat.S_ISREG(mode):
        return None
    git_dir = read_link_file(entry, "gitdir: ", folder)
    if not git_dir:
        raise WtcError(f"`{entry}` is not a valid `.git` file", hints=[_repair(folder)])
    if not _has_head(git_dir) and not _is_submodules(git_dir):
        raise WtcError(
            f"`{entry}` leads nowhere", causes=[f"`{git_dir}` is not a readable git folder"], hints=[_repair(folder)]
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
    """Whether it lies (or, if it is missing, lay) in the `modules` folder of another git folder."""
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
    """Whether nothing is checked out beside it: `git clone --bare` into a folder's `.git`, worktrees beside that."""
    return any(_BARE.search(read_beginning(join(common, name))) for name in ("config", "config.worktree"))


def read_link_file(file: str, prefix: str, base: str) -> str:
    """The real path that a one-line file of git's names, relative to `base`; empty where it names none."""
    content = read_beginning(file).rstrip("\r\n")
    named = content.removeprefix(prefix)
    if not content.startswith(prefix) or not named or "\0" in named:
        return ""
    return realpath(join(base, named))


def read_beginning(file: str) -> str:
    """The beginning of a file; empty for one that cannot be read."""
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
    """The mode of what is there; 0 where nothing is, or nothing that may be seen."""
    try:
        return (os.stat(path) if follow else os.lstat(path)).st_mode
    except OSError:
        return 0
