"""Read the git folders of a linked worktree for mounting them into containers, without starting git."""

import os
from os.path import join

from wtc.model.git import LinkedGit
from wtc.worktrees.locate import Worktree, read_beginning, worktree_at

HOOKS = "hooks"
_CONFIG = "config.worktree"
_OF_COMMON = (HOOKS, "config", _CONFIG, "modules", "worktrees", "wtc")
_OF_ENTRY = ("commondir", "gitdir", _CONFIG, "wtc")


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
    protected = [path for path in _protected(worktree) if path == join(common, HOOKS) or os.path.lexists(path)]
    return LinkedGit(
        worktree=worktree.path,
        common=common,
        entry=entry,
        link=_line(join(worktree.path, ".git")).removeprefix("gitdir: "),
        commondir=_line(join(entry, "commondir")),
        back=_line(join(entry, "gitdir")),
        owner=owner,
        protected=tuple(protected),
        protectable=not any(os.path.islink(path) for path in protected) and _has_hooks(common),
        submodules=os.path.isdir(join(entry, "modules")),
    )


def _has_hooks(common: str) -> bool:
    """Whether the hooks folder exists or can be created: a missing folder cannot be mounted read-only."""
    return os.path.isdir(join(common, HOOKS)) or os.access(common, os.W_OK)


def _protected(worktree: Worktree) -> list[str]:
    return [
        *(join(worktree.common, name) for name in _OF_COMMON),
        *(join(worktree.git_dir, name) for name in _OF_ENTRY),
    ]


def _line(file: str) -> str:
    return read_beginning(file).rstrip("\r\n")
