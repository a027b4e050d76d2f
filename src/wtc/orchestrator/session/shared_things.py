"""Report, once for each state of the compose files, what the worktrees of a project share despite their namespaces."""

import os
from collections.abc import Callable, Iterable
from functools import partial

from wtc.events import Reporter, Warned
from wtc.hashes import sha256
from wtc.model.diagnostic import Diagnostic
from wtc.model.position import dotted
from wtc.model.project import Project
from wtc.planner.checks.isolation import unrequested_sharing
from wtc.registry.kept_forms import KeptForms
from wtc.static_typing import cast

_FILE = "shared"
SEE_SHARED = "to see everything that worktrees share, run `wtc inspect`"


def shared_things(project: Project, worktree: str) -> tuple[Diagnostic, ...]:
    """Return a warning for each thing that worktrees share without asking for it by `external`."""
    return unrequested_sharing(project, partial(lies_in, folder=worktree))


def report_sharing(found: Iterable[Diagnostic], report: Reporter) -> None:
    """Report the findings."""
    for finding in found:
        report(Warned(diagnostic=finding))


class SharingReported:
    """What was reported for a stack, kept beside the registry. If it is lost, warnings are repeated."""

    def __init__(self, kept: KeptForms, namespace: str, project: Project, read: Callable[[str], bytes]) -> None:
        self._kept, self._namespace = kept, namespace
        self._files = _files_hash(project, read)
        before = kept.read(namespace, _FILE)
        known = before.get("reported") if before.get("files") == self._files else None
        self._reported: set[str] = set(map(str, cast("list[object]", known))) if isinstance(known, list) else set()

    def new(self, found: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
        """Return the findings that were not reported since the files changed."""
        return tuple(finding for finding in found if _key(finding) not in self._reported)

    def keep(self, found: Iterable[Diagnostic]) -> None:
        """Record that the findings were reported; do nothing if they are known, or cannot be recorded."""
        keys = {_key(finding) for finding in found}
        if not keys <= self._reported:
            self._reported |= keys
            self._kept.write(self._namespace, _FILE, {"files": self._files, "reported": sorted(self._reported)})


def lies_in(path: str, folder: str) -> bool:
    """Return whether a path, with its links resolved, is the folder or below it."""
    found = os.path.realpath(path)
    return found == folder or found.startswith(folder.rstrip("/") + "/")


def _key(finding: Diagnostic) -> str:
    """Return a hash, because a message may contain the value of a variable."""
    text = f"{dotted(finding.path)}\0{finding.message}"
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _files_hash(project: Project, read: Callable[[str], bytes]) -> str:
    found = sha256()
    for path in project.files:
        try:
            content = read(path)
        except OSError:
            # Standard input, or a file that was removed since: only the findings are compared.
            content = b""
        found.update(sha256(content).digest())
    return found.hexdigest()
