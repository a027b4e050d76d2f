"""Read the git folders of a linked worktree for mounting them into containers, without starting git."""

import os
from os.path import join

from wtc.model.git import PROTECTED_IN_COMMON, PROTECTED_IN_ENTRY, LinkedGit, ProtectedEntry
from wtc.worktrees.locate import Worktree, read_beginning, worktree_at


def read_linked_git(worktree_path: str) -> LinkedGit | None:
    """Return the git folders of the linked worktree at a real path, without borrowed objects; None if it is not linked.

    Raises:
        WtcError: its `.git` file does not point to a git folder.
    """
    worktree = worktree_at(worktree_path)
    if not worktree.linked:
        return None
    common, entry = worktree.common, worktree.git_dir
    try:
        owner = os.stat(common).st_uid
    except OSError:
        return None
    protected = [path for path, one in _protected(worktree) if one.created or os.path.lexists(path)]
    return LinkedGit(
        worktree=worktree.path,
        common=common,
        entry=entry,
        link=_line(join(worktree.path, ".git")).removeprefix("gitdir: "),
        commondir=_line(join(entry, "commondir")),
        back=_line(join(entry, "gitdir")),
        owner=owner,
        protected=tuple(protected),
        protectable=all(map(_can_protect, protected)),
        submodules=os.path.isdir(join(entry, "modules")),
    )


def _can_protect(path: str) -> bool:
    """Whether the path exists, or can be created, and is not a symbolic link, which could be replaced."""
    if os.path.lexists(path):
        return not os.path.islink(path)
    return os.access(os.path.dirname(path), os.W_OK)


def _protected(worktree: Worktree) -> list[tuple[str, ProtectedEntry]]:
    folders = ((worktree.common, PROTECTED_IN_COMMON), (worktree.git_dir, PROTECTED_IN_ENTRY))
    return [(join(folder, one.name), one) for folder, entries in folders for one in entries]


def _line(file: str) -> str:
    return read_beginning(file).rstrip("\r\n")
