"""This machine's files, as the rules of `watch` need them."""

import os
import stat
from collections.abc import Iterator

from wtc.engine.images.build_context import is_remote, locate_context
from wtc.engine.images.linked_worktrees import is_ignored_worktree
from wtc.model.build import Build
from wtc.orchestrator.file_watch.decide import Kind, PathChange
from wtc.orchestrator.file_watch.watch_rule import IgnoredPaths, WatchRule, parse_patterns, relative


class RuleDisk:
    """The questions of `read_rules` about the disk."""

    def real_path(self, path: str) -> str:
        """Return the path without symbolic links, as far as it exists."""
        return os.path.realpath(path)

    def kind(self, path: str) -> str:
        """Return `file`, `folder` or `absent`."""
        return "folder" if os.path.isdir(path) else "file" if os.path.lexists(path) else "absent"

    def ignored(self, build: Build) -> IgnoredPaths | None:
        """Return the ignore file of a build; None for a remote context. Raises: BuildContextError."""
        if is_remote(build.context):
            return None
        context = locate_context(build)
        return IgnoredPaths(folder=os.path.realpath(context.root), patterns=parse_patterns([context.ignore_text]))


class FolderWalk:
    """Expand folders for one batch of changes. Linked git worktrees below a watched path are left out."""

    def __init__(self) -> None:
        self._worktrees: dict[str, bool] = {}
        """Folder -> whether it, or a folder above it, is another worktree."""

    def expand(self, rule: WatchRule, change: PathChange) -> Iterator[PathChange]:
        """Yield the changes to consider for one change: see `decide`."""
        inner = relative(change.path, rule.path)
        if inner is None or self._is_in_worktree(rule, os.path.dirname(change.path)):
            return
        if not is_folder(change.path):
            yield change
        elif change.kind is Kind.ADDED:
            yield from self._folder(rule, change.path)

    def initial(self, rule: WatchRule) -> Iterator[PathChange]:
        """Yield what the initial sync sends: files and links, so that folders of the image keep their owners."""
        for change in self.expand(rule, PathChange(path=rule.path, kind=Kind.ADDED)):
            if (
                not change.is_folder
                and rule.matches(change.path)
                and os.path.basename(change.path) not in rule.initially_ignored
                and os.path.lexists(change.path)
            ):
                yield change

    def _folder(self, rule: WatchRule, folder: str) -> Iterator[PathChange]:
        if rule.skips(folder) or self._is_in_worktree(rule, folder):
            return
        yield PathChange(path=folder, kind=Kind.ADDED, is_folder=True)
        try:
            with os.scandir(folder) as found:
                entries = sorted(found, key=lambda entry: entry.name)
        except OSError:
            # It is gone, or may not be read: Docker Compose does not watch it either.
            return
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield from self._folder(rule, entry.path)
            else:
                yield PathChange(path=entry.path, kind=Kind.ADDED)

    def _is_in_worktree(self, rule: WatchRule, folder: str) -> bool:
        inner = relative(folder, rule.path)
        if not inner:
            return False
        if folder not in self._worktrees:
            self._worktrees[folder] = is_ignored_worktree(inner, folder) or self._is_in_worktree(
                rule, os.path.dirname(folder)
            )
        return self._worktrees[folder]


def is_folder(path: str) -> bool:
    """Return whether the path is a folder, and not a link to one."""
    try:
        return stat.S_ISDIR(os.lstat(path).st_mode)
    except OSError:
        return False
