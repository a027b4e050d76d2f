"""A rule of `develop.watch`: which paths it is about, and where they are in the container. Pure.

Source: compose-spec, Develop Specification; docker/compose, pkg/compose/watch.go and pkg/watch (2.40).
"""

import posixpath
from collections.abc import Iterable
from enum import StrEnum

from wtc.dataclass import dataclass
from wtc.engine.images.dockerignore import Ignore, parse_dockerignore
from wtc.model.service import Hook


class Action(StrEnum):
    """What a change does."""

    SYNC = "sync"
    REBUILD = "rebuild"
    RESTART = "restart"
    SYNC_RESTART = "sync+restart"
    SYNC_EXEC = "sync+exec"


SYNCING = frozenset({Action.SYNC, Action.SYNC_RESTART, Action.SYNC_EXEC})
TEMPORARY = parse_dockerignore(
    "\n".join(
        (
            *("**/*___jb_old___", "**/*___jb_tmp___", "**/.idea/**"),  # JetBrains
            *("**/.#*", "**/#*#"),  # Emacs
            *("**/4913", "**/*~", "**/.*.swp", "**/.*.swx", "**/.*.swo", "**/.*.swn"),  # Vim
            "**/.*.kate-swp",
            "**/*-go-tmp-umask",
        )
    )
)
"""The files that editors and tools write beside those that the user edits, as in Docker Compose."""
GIT = ".git"


def parse_patterns(texts: Iterable[str]) -> Ignore:
    """Return patterns in the syntax of `.dockerignore`.

    As in Docker Compose, the pattern `*` makes all but the exceptions (`!`) void: a `.dockerignore` that lists what the
    build needs does not say what `watch` leaves out.

    Raises: BadPatternError.
    """
    parsed = parse_dockerignore("\n".join(texts))
    if any(p.text == "*" and not p.exception for p in parsed.patterns):
        return Ignore(tuple(p for p in parsed.patterns if p.exception))
    return parsed


@dataclass(frozen=True, slots=True, kw_only=True)
class IgnoredPaths:
    """Patterns for the paths below a folder."""

    folder: str
    patterns: Ignore

    def ignores(self, path: str) -> bool:
        """Return whether the absolute path, or a folder above it, is ignored."""
        inner = relative(path, self.folder)
        return bool(inner) and self.patterns.ignores(inner or "")

    def ignores_all_below(self, folder: str) -> bool:
        """Return whether the folder is ignored, and so is all that can be in it."""
        inner = relative(folder, self.folder)
        return bool(inner) and self.patterns.ignores(inner or "") and not self.patterns.may_keep_below(inner or "")


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchRule:
    """One entry of a service's `develop.watch`. Its paths are absolute and without symbolic links."""

    service: str
    action: Action
    path: str
    target: str = ""
    """The path in the container, absolute; of an action that does not sync, empty."""
    into_target: bool = False
    """Whether a watched file keeps its name, because `target` ends with a slash."""
    exec: Hook | None = None
    include: Ignore | None = None
    """Only these paths below `path`; None: all of them."""
    ignored: tuple[IgnoredPaths, ...] = ()
    bound: tuple[str, ...] = ()
    """The files and folders of this machine that the service's containers see themselves: they are not synced."""
    initial_sync: bool = False
    initially_ignored: frozenset[str] = frozenset()
    """Names of files that the initial sync leaves out: those that describe the stack and its images."""

    @property
    def syncs(self) -> bool:
        """Whether changed files are sent to the containers."""
        return self.action in SYNCING

    def matches(self, path: str) -> bool:
        """Return whether a change of the absolute path is one of this rule."""
        inner = relative(path, self.path)
        if inner is None or GIT in inner.split("/"):
            return False
        if inner and (TEMPORARY.ignores(inner) or not (self.include is None or self.include.ignores(inner))):
            return False
        return not self._is_bound(path) and not any(i.ignores(path) for i in self.ignored)

    def skips(self, folder: str) -> bool:
        """Return whether nothing in the folder can match."""
        inner = relative(folder, self.path)
        return (
            inner is None
            or GIT in inner.split("/")
            or self._is_bound(folder)
            or any(i.ignores_all_below(folder) for i in self.ignored)
        )

    def container_path(self, path: str, *, is_folder: bool) -> str:
        """Return where the path is in the container; empty for `/`. `is_folder` is about the path on this machine."""
        inner = relative(path, self.path)
        if not inner and self.into_target and not is_folder:
            inner = posixpath.basename(path)
        return posixpath.join(self.target, inner or "").rstrip("/")

    def _is_bound(self, path: str) -> bool:
        return self.syncs and any(relative(path, bound) is not None for bound in self.bound)


def relative(path: str, folder: str) -> str | None:
    """Return the path relative to the folder: empty if it is the folder, None if it is not in it."""
    if path == folder:
        return ""
    prefix = folder.rstrip("/") + "/"
    return path.removeprefix(prefix) if path.startswith(prefix) else None
