"""`watch`: keep the stack up to date with changed files, as `develop.watch` says.

Source: docker/compose, pkg/compose/watch.go (2.40): what a batch of changes does, in which order, and that its failure
does not end the watch.
"""

import math
import threading
from collections.abc import Callable, Collection, Generator
from contextlib import contextmanager
from time import monotonic

from wtc.errors import WtcError
from wtc.events import Note, Reporter, Warned
from wtc.model.project import Project
from wtc.orchestrator.bring_up.up_request import UpRequest
from wtc.orchestrator.context.context import Context
from wtc.orchestrator.context.target import Target
from wtc.orchestrator.file_watch.apply import Applying
from wtc.orchestrator.file_watch.changes import FileChanges
from wtc.orchestrator.file_watch.read_rules import read_rules
from wtc.orchestrator.file_watch.watch_rule import WatchRule
from wtc.orchestrator.file_watch.watched_disk import RuleDisk
from wtc.orchestrator.worktree_files.copy_env_files import copy_env_files

RETRY_S = 2.0
"""How often a sync is tried again that found no engine or no container."""
SETTLED_S = 2.0
"""How long the events of containers that were replaced may take to arrive."""


@contextmanager
def open_watch(target: Target, request: UpRequest, report: Reporter) -> "Generator[FileWatch]":
    """Read the rules of the services that `up` selects, and begin to watch: all later changes count.

    Raises:
        ComposeFileError: a rule cannot be used.
        WtcError: no service has a rule, or files cannot be watched.
    """
    with Context(target, report) as context:
        # As `up` does: the file may need them.
        copy_env_files(context)
        project = context.projects.read(services=request.services)
    builds = not request.options.no_build
    rules = read_rules(project, RuleDisk(), lambda found: report(Warned(diagnostic=found)), builds=builds)
    changes = FileChanges({rule.path for rule in rules})
    try:
        yield FileWatch(target, request, project, rules, changes)
    finally:
        changes.close()


class FileWatch:
    """The rules of a stack, and the changes of its files since they were read."""

    def __init__(
        self, target: Target, request: UpRequest, project: Project, rules: list[WatchRule], changes: FileChanges
    ) -> None:
        self._target, self._request, self._project, self._rules = target, request, project, rules
        self._changes = changes
        self._replaced_until: dict[str, float] = {}
        """Service -> until when (monotonic) the exits of its containers are the watch's doing."""

    def run(self, report: Reporter, failed: Callable[[WtcError], None], stop: threading.Event) -> None:
        """Apply the changes until `stop` is set. `failed` gets the errors.

        Raises:
            InterruptedByUserError: a signal ended a rebuild or a restart.
            WtcError: files cannot be watched any longer.
        """
        with Context(self._target, report, containers_alone=True) as context:
            applying = Applying(context, self._rules, self._request, failed, stop, replacing=self._replacing)
            applying.begin()
            report(Note(text=f"watching {_listed({rule.path for rule in self._rules}, self._project.working_dir)}"))
            while not stop.is_set():
                applying.apply(self._changes.take(RETRY_S if applying.is_waiting else None))

    def wake(self) -> None:
        """Wake `run`, in another thread, so that it checks its `stop`."""
        self._changes.close()

    def is_replacing(self, service: str) -> bool:
        """Return whether the containers of a service end because the watch recreates or restarts them."""
        return self._replaced_until.get(service, 0.0) > monotonic()

    @property
    def is_busy(self) -> bool:
        """Whether containers are being recreated or restarted."""
        return any(until > monotonic() for until in self._replaced_until.values())

    @contextmanager
    def _replacing(self, services: Collection[str]) -> Generator[None]:
        """Record that the containers of these services, and of their dependents, end within the block."""
        affected = _with_dependents(services, self._project)
        self._replaced_until |= dict.fromkeys(affected, math.inf)
        try:
            yield
        finally:
            self._replaced_until |= dict.fromkeys(affected, monotonic() + SETTLED_S)


def _with_dependents(services: Collection[str], project: Project) -> set[str]:
    found = set(services)
    while more := {s.name for s in project.services.values() if found & s.depends_on.keys()} - found:
        found |= more
    return found


def _listed(paths: Collection[str], folder: str) -> str:
    """Return the paths for the user, relative to the project where they are in it."""
    shown = (path.removeprefix(f"{folder}/") if path != folder else "." for path in sorted(paths))
    return ", ".join(f"`{path}`" for path in shown)
