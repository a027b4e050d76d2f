"""Read the git folders of a linked worktree for mounting them into containers, without starting git."""

import os
from os.path import join

from wtc.git_folders import GitFolders, borrowed_objects, protected_paths, unprotected_paths
from wtc.model.git import LinkedGit
from wtc.worktrees.locate import read_beginning, worktree_at


def read_linked_git(worktree_path: str) -> LinkedGit | None:
    """Return the git folders of the linked worktree at a real path; None if it is not linked.

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
    folders = GitFolders(worktree=worktree.path, git_dir=entry, common=common)
    protected = (path for path, one in protected_paths(folders) if one.created or os.path.lexists(path))
    return LinkedGit(
        worktree=worktree.path,
        common=common,
        entry=entry,
        link=_line(join(worktree.path, ".git")).removeprefix("gitdir: "),
        commondir=_line(join(entry, "commondir")),
        back=_line(join(entry, "gitdir")),
        owner=owner,
        protected=tuple(protected),
        protectable=not unprotected_paths(folders, before_creation=True),
        submodules=os.path.isdir(join(entry, "modules")),
        borrowed=tuple(borrowed_objects(common)),
    )


def _line(file: str) -> str:
    return read_beginning(file).rstrip("\r\n")
