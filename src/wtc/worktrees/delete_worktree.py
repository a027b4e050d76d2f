"""Delete a linked worktree that git cannot remove: its folder, then its entry in the repository."""

import os
import shutil
import stat

from wtc.worktrees.locate import Worktree, linked_worktrees, read_link_file


def delete_worktree(common: str, path: str) -> str:
    """Delete the linked worktree that the repository lists at a path.

    A folder that contains another repository or that is a mount point is kept: it no longer belongs to the worktree.

    Returns: why something was not deleted; empty if everything was.
    """
    linked = linked_worktrees(Worktree(path=path, common=common))
    git_dir = next((one.git_dir for one in linked if one.path == os.path.realpath(path)), "")
    if os.path.lexists(path) and (why := _occupied_reason(path, git_dir) or _delete(path)):
        return why
    return _delete(git_dir) if git_dir else ""


def find_foreign_folder(path: str) -> str:
    """Return a folder at or below the path that another user owns and this user cannot empty; empty without one."""
    user = os.geteuid()
    for above, names, _ in os.walk(path):
        for folder in (os.path.join(above, name) for name in names):
            if os.path.islink(folder) or os.access(folder, os.R_OK | os.W_OK | os.X_OK, effective_ids=True):
                continue
            if os.lstat(folder).st_uid != user:
                return folder
    return ""


def _occupied_reason(path: str, git_dir: str) -> str:
    entry = os.path.join(path, ".git")
    if os.path.islink(path) or os.path.ismount(path):
        return f"`{path}` is a symbolic link or a mount point"
    linked_dir = read_link_file(entry, "gitdir: ", path)
    foreign = os.path.lexists(linked_dir) and linked_dir != os.path.realpath(git_dir)
    return f"`{path}` contains another repository" if foreign or os.path.isdir(entry) else ""


def _delete(folder: str) -> str:
    """Delete a folder with its read-only folders, such as those of package caches.

    Returns: the first error if something was not deleted; empty if everything was.
    """
    first = _try_to_delete(folder)
    if not first:
        return ""
    os.chmod(folder, _writable(folder))
    for above, names, _ in os.walk(folder):
        for inner in (os.path.join(above, name) for name in names):
            if not os.path.islink(inner) and os.access(above, os.X_OK):
                os.chmod(inner, _writable(inner))
    return _try_to_delete(folder)


def _writable(folder: str) -> int:
    return stat.S_IMODE(os.stat(folder).st_mode) | stat.S_IRWXU


def _try_to_delete(folder: str) -> str:
    errors: list[str] = []

    def note(_function: object, place: str, failure: tuple[type[BaseException], BaseException, object]) -> None:
        error = failure[1]
        reason = (error.strerror or str(error)).lower() if isinstance(error, OSError) else str(error)
        errors.append(f"`{place}`: {reason}")

    shutil.rmtree(folder, onerror=note)
    return errors[0] if errors and os.path.lexists(folder) else ""
