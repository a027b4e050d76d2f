"""What a soak has left: on the engine, in the configuration folder, among files and processes."""

from pathlib import Path
from typing import Any

from wtc.labels import WORKTREE

ID_LENGTH = 12


def engine_objects(client: Any, base: Path, *, everything: bool) -> frozenset[str]:
    """Return the names of containers, networks, volumes and images (untagged ones too) on the engine.

    Those of worktrees below `base`, or `everything`: then nothing else may use the engine.
    """
    found: set[str] = set()
    listed: tuple[tuple[str, list[dict[str, Any]], str], ...] = (
        ("container", client.api.containers(all=True), "Id"),
        ("network", client.api.networks(), "Id"),
        ("volume", client.api.volumes()["Volumes"] or [], "Name"),
        ("image", client.api.images(all=True), "Id"),
    )
    for kind, objects, key in listed:
        for one in objects:
            labels: dict[str, str] = one.get("Labels") or {}
            path = labels.get(WORKTREE, "")
            if everything or Path(path).is_relative_to(base):
                found.add(f"{kind} {str(one[key]).removeprefix('sha256:')[:ID_LENGTH]}")
    return frozenset(found)


def files_below(folder: Path) -> list[str]:
    """Return the files below a folder, relative to it."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir())


def files_of_wtc(git: Path) -> list[str]:
    """Return wtc's files in a git folder and in those of its linked worktrees, but for the records of ids and moves."""
    folders = [git / "wtc", *git.glob("worktrees/*/wtc")]
    found = (str(path.relative_to(git)) for folder in folders for path in folder.iterdir() if not path.is_dir())
    return sorted(found)


def processes_of(base: Path) -> list[str]:
    """Return the command lines of the processes that have the folder in their environment. Source: proc(5)."""
    found: list[str] = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if str(base).encode() in (process / "environ").read_bytes():
                found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace"))
        except OSError:
            continue
    return found
