"""What git needs inside a sandbox, and what must not change there: files that make git on the host run commands."""

import os
from dataclasses import dataclass

from wtc.sandbox.view import Mount

_CONFIGURATION = ("config", "config.worktree")


@dataclass(frozen=True, slots=True, kw_only=True)
class GitFolders:
    """Of one worktree. Real absolute paths; for a main worktree, `git_dir` is `common`."""

    worktree: str
    git_dir: str
    common: str


def git_mounts(git: GitFolders) -> tuple[Mount, ...]:
    """Return the mounts with which git works in the worktree, in mount order.

    The common folder is writable, because commits go there. Hooks, configuration, the entries of other worktrees and
    the files that connect the worktree with its repository are read-only. Only what exists is mounted.

    A file is covered only until the host replaces it: when git on the host rewrites `config`, a sandbox that already
    runs can write the new one. `read_configuration` before and after shows it.
    """
    linked = git.git_dir != git.common
    mounts = [Mount(path=git.common, writable=True)]
    mounts += [_read_only_file(git.common, name) for name in ("hooks", *_CONFIGURATION, "worktrees")]
    if linked:
        mounts.append(Mount(path=git.git_dir, writable=True))
        mounts += [_read_only_file(git.git_dir, name) for name in ("commondir", "gitdir", "config.worktree")]
    entry = os.path.join(git.worktree, ".git")
    if os.path.isfile(entry):
        mounts.append(Mount(path=entry))
    mounts += [Mount(path=path) for path in borrowed_objects(git.common)]
    return tuple(mount for mount in mounts if os.path.exists(mount.path))


def read_configuration(git: GitFolders) -> tuple[bytes, ...]:
    """Return the contents of the repository's and the worktree's configuration files, empty if they are missing."""
    folders = dict.fromkeys((git.common, git.git_dir))
    return tuple(_content(os.path.join(folder, name)) for folder in folders for name in _CONFIGURATION)


def borrowed_objects(common: str) -> list[str]:
    """Return the object folders of other repositories that this one borrows from. Source: gitrepository-layout(5)."""
    objects = os.path.join(common, "objects")
    lines = os.fsdecode(_content(os.path.join(objects, "info", "alternates"))).splitlines()
    return [os.path.realpath(os.path.join(objects, line)) for line in lines if line and not line.startswith("#")]


def create_hooks_folder(common: str) -> None:
    """Create the empty hooks folder if the repository has none: what does not exist cannot be mounted read-only."""
    try:
        os.mkdir(os.path.join(common, "hooks"))
    except FileExistsError:
        return
    if os.geteuid() == 0:
        owner = os.stat(common)
        os.chown(os.path.join(common, "hooks"), owner.st_uid, owner.st_gid)


def _read_only_file(folder: str, name: str) -> Mount:
    return Mount(path=os.path.join(folder, name))


def _content(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return b""
