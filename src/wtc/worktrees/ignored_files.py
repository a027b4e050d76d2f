"""List the files that git ignores, and those of them that `.worktreeinclude` names, with git's own rules."""

import fnmatch
from collections.abc import Collection, Iterable, Mapping

from wtc.regular_file import read_regular_file
from wtc.worktrees.git.run_git import git

INCLUDE_FILE = ".worktreeinclude"
_AT_ONCE = 500
_LIMIT_BYTES = 64 << 10
"""Of the patterns: each of them is compared with each ignored file and folder."""


def list_ignored(folder: str, paths: Iterable[str], environment: Mapping[str, str]) -> frozenset[str]:
    """Return the paths, relative to the worktree `folder`, that git ignores there; tracked files are not ignored.

    Raises:
        NoGitError: git failed.
    """
    wanted = list(paths)
    if not wanted:
        return frozenset()
    # The exit status is 1 if none is ignored.
    out = git(folder, ["check-ignore", "-z", "--stdin"], environment, stdin="\0".join(wanted), accepted=(0, 1))
    return frozenset(_names(out))


def list_included(worktree: str, include_file: str, environment: Mapping[str, str]) -> dict[str, str]:
    """Return the files that git ignores in a worktree and that `include_file` (gitignore syntax) matches, in order.

    Each has the largest folder that git ignores and that contains it (`node_modules/`), or itself.

    An ignored folder is searched only if a pattern names a path in it: `.env` does not match the `.env` of a package in
    `node_modules/`.

    Raises:
        NoGitError: git failed.
        OSError: `include_file` cannot be read, or is larger than 64 KiB.
    """
    listing = ["--literal-pathspecs", "ls-files", "-z", "--others", "--ignored"]
    entries = _names(git(worktree, [*listing, "--exclude-standard", "--directory"], environment))
    patterns = _patterns(include_file)
    places = [e for e in entries if not e.endswith("/") or any(_names_folder(p, e.rstrip("/")) for p in patterns)]
    found: list[str] = []
    for start in range(0, len(places), _AT_ONCE):
        some = places[start : start + _AT_ONCE]
        found += _names(git(worktree, [*listing, f"--exclude-from={include_file}", "--", *some], environment))
    # A path that ends with a slash is another repository.
    names = sorted({name for name in found if not name.endswith("/")})
    folders = {entry for entry in entries if entry.endswith("/")}
    return {name: _ignored_folder(name, folders) for name in names}


def _ignored_folder(name: str, folders: Collection[str]) -> str:
    """Return the folder of `folders` that contains the file, else the file."""
    ends = (at + 1 for at, character in enumerate(name) if character == "/")
    return next((name[:end] for end in ends if name[:end] in folders), name)


def _patterns(include_file: str) -> list[str]:
    text = read_regular_file(include_file, limit_bytes=_LIMIT_BYTES).decode("utf-8-sig", "surrogateescape")
    lines = [line.rstrip() for line in text.split("\n")]
    return [line for line in lines if line and not line.startswith(("#", "!"))]


def _names_folder(pattern: str, folder: str) -> bool:
    """Return whether the pattern names the folder, a parent of it, or a path in it."""
    parts = folder.split("/")
    if "/" not in pattern.rstrip("/"):
        return any(fnmatch.fnmatchcase(part, pattern.rstrip("/")) for part in parts)
    for wanted, part in zip(pattern.strip("/").split("/"), parts, strict=False):
        if wanted == "**" or not fnmatch.fnmatchcase(part, wanted):
            return False
    return True


def _names(out: str) -> list[str]:
    return [name for name in out.split("\0") if name]
