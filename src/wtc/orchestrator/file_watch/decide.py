"""Decide what changed paths do: which services to rebuild and restart, what to sync and to run. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum

from wtc.dataclass import dataclass, field
from wtc.model.service import Hook
from wtc.orchestrator.file_watch.watch_rule import Action, WatchRule


class Kind(StrEnum):
    """What happened to a path."""

    ADDED = "added"
    """Created, or moved there. A folder may have content by then."""
    MODIFIED = "modified"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True, kw_only=True)
class PathChange:
    """A change of a file, folder or link; the path is absolute."""

    path: str
    kind: Kind
    is_folder: bool = False
    """Whether the path is a folder, or was one; false if that is unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Actions:
    """What to do, in this order. Services are in the order of the rules."""

    rebuild: tuple[str, ...] = ()
    sync: Mapping[str, Mapping[str, str]] = field(default_factory=dict[str, Mapping[str, str]])
    """Service -> path in the container -> path on this machine, which may be gone."""
    restart: tuple[str, ...] = ()
    execs: tuple[tuple[str, Hook], ...] = ()
    """Service and command."""


Expand = Callable[[WatchRule, PathChange], Iterable[PathChange]]
"""Return the changes that one change means: for a folder that was added, it and what is in it."""


def decide(rules: Sequence[WatchRule], changes: Iterable[PathChange], expand: Expand) -> Actions:
    """Return what the changes do, each thing once."""
    sync: dict[str, dict[str, str]] = {}
    matched: list[WatchRule] = []
    several = list(changes)
    for rule in rules:
        paths = {found.path: found for change in several for found in expand(rule, change) if rule.matches(found.path)}
        if not paths:
            continue
        matched.append(rule)
        if rule.syncs:
            sync.setdefault(rule.service, {}).update(synced_files(rule, paths.values()))
    return Actions(
        rebuild=_services(matched, Action.REBUILD),
        sync=sync,
        restart=_services(matched, Action.RESTART, Action.SYNC_RESTART),
        execs=tuple((rule.service, rule.exec) for rule in matched if rule.action is Action.SYNC_EXEC and rule.exec),
    )


def synced_files(rule: WatchRule, changes: Iterable[PathChange]) -> dict[str, str]:
    """Return path in the container -> path on this machine, for changes that a rule syncs.

    The target of a watched folder is neither changed nor removed itself: it may hold more than what was synced.
    """
    return {
        rule.container_path(change.path, is_folder=change.is_folder): change.path
        for change in sorted(changes, key=lambda c: c.path)
        if not (change.path == rule.path and change.is_folder)
    }


def outermost(paths: Iterable[str]) -> list[str]:
    """Return the paths that are not inside another of them, sorted."""
    kept: list[str] = []
    for path in sorted(paths, key=lambda p: p.split("/")):
        if not kept or not (path == kept[-1] or path.startswith(kept[-1].rstrip("/") + "/")):
            kept.append(path)
    return kept


def _services(rules: Iterable[WatchRule], *actions: Action) -> tuple[str, ...]:
    return tuple(dict.fromkeys(rule.service for rule in rules if rule.action in actions))
