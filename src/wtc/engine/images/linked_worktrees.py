"""Find linked git worktrees inside a build context, which belong to other stacks. Does not run git.

Source: gitrepository-layout, `worktrees/` and `modules/`; git-worktree, "Details".
"""

import os
import stat

_PREFIX = "gitdir: "
_LONGEST_GIT_FILE = 1 << 16
_PER_WORKTREE = (".git/worktrees", ".git/wtc")
"""The folders in which git and wtc store data of worktrees, in a repository's folder."""


def is_ignored_worktree(path: str, source: str) -> bool:
    """Return whether the folder `source`, `path` in the context, is a linked worktree or has data of worktrees."""
    return f"/{path}".endswith(tuple(f"/{folder}" for folder in _PER_WORKTREE)) or is_linked_worktree(source)


def is_linked_worktree(folder: str) -> bool:
    """Return whether the folder's `.git` is a file that refers to a linked worktree's git folder, not a submodule's."""
    target = _git_file(os.path.join(folder, ".git"))
    if not target:
        return False
    git_dir = os.path.normpath(os.path.join(folder, target))
    if os.path.isdir(git_dir):
        return os.path.isfile(os.path.join(git_dir, "commondir"))
    # The repository was moved, or is not mounted here: the path still shows it.
    parent = os.path.dirname(git_dir)
    return os.path.basename(parent) == "worktrees" and os.path.basename(os.path.dirname(parent)) != "modules"


def _git_file(file: str) -> str:
    """Return the path in a `.git` file; empty if it is not a regular file with a path."""
    try:
        if not stat.S_ISREG(os.lstat(file).st_mode):
            return ""
        with open(file, "rb") as opened:
            content = os.fsdecode(opened.read(_LONGEST_GIT_FILE)).rstrip("\r\n")
    except OSError:
        return ""
    named = content.removeprefix(_PREFIX)
    return named if content.startswith(_PREFIX) and "\0" not in named else ""
