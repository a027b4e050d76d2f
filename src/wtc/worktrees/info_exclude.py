"""Add folders to `info/exclude`, so that git does not show them as untracked in any worktree of the repository."""

import os

from wtc.worktrees.git.git_lock import git_lock

_SPECIAL = str.maketrans({one: f"\\{one}" for one in "\\*?[ "})


def exclude_folder(common: str, top: str, folder: str) -> None:
    """Add a folder below the top of a worktree to the repository's `info/exclude`, unless it is already listed.

    The top itself and folders outside of it are not added. Source: gitignore(5).

    Raises:
        OSError: the file cannot be read or written.
    """
    relative = os.path.relpath(folder, os.path.realpath(top))
    if relative == os.curdir or relative.startswith(os.pardir):
        return
    line = f"/{relative.translate(_SPECIAL)}/"
    path = os.path.join(common, "info", "exclude")
    with git_lock(common):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "a+", encoding="utf-8", errors="surrogateescape") as file:
            file.seek(0)
            content = file.read()
            if line not in content.splitlines():
                file.write(f"{'' if not content or content.endswith(chr(10)) else chr(10)}{line}\n")
