"""Bounded search for files below a folder, for errors that suggest one."""

import os
import time
from collections.abc import Callable

DEPTH = 6
FOLDERS = 2_000
ENTRIES = 50_000
FILES = 8
LIMIT_S = 0.5
SKIPPED = frozenset(
    {"node_modules", "bower_components", "vendor", "venv", "site-packages", "__pycache__"}
    | {"dist", "build", "target", "out", "coverage", "tmp"}
)
HIDDEN_KEPT = frozenset({".docker", ".devcontainer", ".config", ".deploy"})
"""Folders whose names begin with a dot are skipped but for these."""


def find_files_below(folder: str, wanted: Callable[[str], bool]) -> list[str]:
    """Return files below the folder whose names are `wanted`, the nearest first, then by path.

    Symbolic links, other git worktrees and folders that git usually ignores are not entered. The search is bounded:
    files that it does not reach are left out.
    """
    end = time.monotonic() + LIMIT_S
    found: list[str] = []
    level = [folder]
    folders = entries = 0
    for _ in range(DEPTH + 1):
        deeper: list[str] = []
        for place in level:
            folders += 1
            if folders > FOLDERS or entries > ENTRIES or time.monotonic() > end:
                return found[:FILES]
            files, below, seen = _entries(place, wanted, is_top=place == folder, limit=ENTRIES - entries)
            found += files
            deeper += below
            entries += seen
        if len(found) >= FILES or not deeper:
            break
        level = sorted(deeper)
    return found[:FILES]


def _entries(
    place: str, wanted: Callable[[str], bool], *, is_top: bool, limit: int
) -> tuple[list[str], list[str], int]:
    """Return the folder's wanted files, the folders to enter, and the number of entries read."""
    files: list[str] = []
    below: list[str] = []
    seen = 0
    try:
        with os.scandir(place) as entries:
            for entry in entries:
                seen += 1
                if seen > limit:
                    break
                if entry.name == ".git" and not is_top:
                    return [], [], seen
                if entry.is_dir(follow_symlinks=False):
                    if _is_entered(entry.name):
                        below.append(entry.path)
                elif wanted(entry.name) and entry.is_file():
                    files.append(entry.path)
    except OSError:
        pass
    return sorted(files), below, seen


def _is_entered(name: str) -> bool:
    return name not in SKIPPED and (not name.startswith(".") or name in HIDDEN_KEPT)
