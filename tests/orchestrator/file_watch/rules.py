"""Watch rules for tests, below `/srv/app`."""

from collections.abc import Mapping, Sequence

from wtc.model.service import Hook
from wtc.orchestrator.file_watch.watch_rule import Action, IgnoredPaths, WatchRule, parse_patterns

FOLDER = "/srv/app"


def watch_rule(
    action: str = "sync",
    path: str = "src",
    target: str = "/app",
    *,
    service: str = "web",
    ignore: Sequence[str] = (),
    include: Sequence[str] = (),
    dockerignore: str = "",
    bound: Sequence[str] = (),
    command: Sequence[str] = (),
) -> WatchRule:
    """Return a rule; `path` and `bound` are relative to the folder, which is also the build context."""
    watched = f"{FOLDER}/{path}" if path else FOLDER
    return WatchRule(
        service=service,
        action=Action(action),
        path=watched,
        target=target.rstrip("/") or "/",
        into_target=len(target) > 1 and target.endswith("/"),
        exec=Hook(command=tuple(command)) if command else None,
        include=parse_patterns(include) if include else None,
        ignored=(
            IgnoredPaths(folder=watched, patterns=parse_patterns(ignore)),
            IgnoredPaths(folder=FOLDER, patterns=parse_patterns([dockerignore])),
        ),
        bound=tuple(f"{FOLDER}/{folder}" for folder in bound),
    )


def mapped(files: Mapping[str, str]) -> dict[str, str]:
    """Return path in the container -> path relative to the folder."""
    return {name: path.removeprefix(f"{FOLDER}/") for name, path in files.items()}
