"""Add folders to `info/exclude`, so that git does not show them as untracked in any worktree of the repository."""

import os
from contextlib import suppress

from wtc.regular_file import read_regular_file
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
        content = b""
        with suppress(FileNotFoundError):
            content = read_regular_file(path)
        if line.encode("utf-8", "surrogateescape") not in content.splitlines():
            with open(path, "ab") as file:
                separator = "" if not content or content.endswith(b"\n") else "\n"
                file.write(f"{separator}{line}\n".encode("utf-8", "surrogateescape"))
