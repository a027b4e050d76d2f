"""The mounts with which git works inside a sandbox."""

import os

from wtc.git_folders import GitFolders, borrowed_objects, protected_paths, unprotected_paths
from wtc.sandbox.view import Mount


def git_mounts(git: GitFolders) -> tuple[Mount, ...]:
    """Return the mounts with which git works in the worktree, in mount order.

    The common folder is writable, because commits go there. Hooks, configuration, git folders of submodules, entries of
    other worktrees, wtc's records, and the files that connect the worktree with its repository are read-only. Only
    what exists is mounted: call `create_missing` first. If a path cannot be protected, everything is read-only.

    A file is covered only until the host replaces it: when git on the host rewrites `config`, a sandbox that already
    runs can write the new one. `read_configuration` before and after shows it.
    """
    writable = not unprotected_paths(git)
    protected = [path for path, _ in protected_paths(git)] if writable else []
    shared = [] if writable else _link_targets(git.common)
    mounts: list[Mount] = []
    for folder in dict.fromkeys((git.common, git.git_dir)):
        mounts.append(Mount(path=folder, writable=writable))
        mounts += [Mount(path=path) for path in protected if os.path.dirname(path) == folder]
        mounts += [Mount(path=path) for path in shared if folder == git.common]
    entry = os.path.join(git.worktree, ".git")
    if os.path.isfile(entry):
        mounts.append(Mount(path=entry))
    mounts += [Mount(path=path) for path in borrowed_objects(git.common)]
    return tuple(mount for mount in mounts if os.path.exists(mount.path))


def _link_targets(common: str) -> list[str]:
    """Return what symbolic links of the git folder lead to, for a repository that shares parts of another one."""
    paths = [*(os.path.join(common, name) for name in sorted(os.listdir(common))), os.path.join(common, "logs", "refs")]
    return [os.path.realpath(path) for path in paths if os.path.islink(path)]
