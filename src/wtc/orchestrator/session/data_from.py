"""`up --data-from`: which stack the data comes from, and the copy of its volumes before the stack starts."""

import os
import threading
from collections.abc import Callable

from wtc import labels as label
from wtc.dataclass import dataclass, field, replace
from wtc.errors import UsageError, WtcError
from wtc.events import Note, Warned, warn
from wtc.model.desired import Desired
from wtc.model.observed import Observed
from wtc.model.plan import Plan
from wtc.model.plan_text import operation_names
from wtc.orchestrator.context.context import Context
from wtc.orchestrator.context.resolve import observe_desired
from wtc.orchestrator.context.stack_lock import StackLocks
from wtc.planner.observed.ownership import inconsistency
from wtc.planner.volumes.data_from import DataPlan, has_unfilled_volume, plan_data, with_filled_volumes
from wtc.planner.volumes.data_source import DataSource, compose_folders, source_volumes
from wtc.static_typing import TYPE_CHECKING
from wtc.worktrees.identity_facts import read_path

if TYPE_CHECKING:
    from wtc.engine.executor import Outcome

MAIN, COMPOSE = "main", "compose"
Execute = Callable[[Plan, threading.Event | None], "Outcome"]
"""Execute a plan; with a separate event if an interruption of the command must not skip it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DataFrom:
    """The data that a stack starts with.

    `text` is the option's value: a worktree's path, branch or folder name, `main`, `compose`, `compose:PROJECT`, or
    nothing. `folder` is the project folder.
    """

    text: str
    folder: str
    context: Context = field(repr=False)

    def plan(self, desired: Desired, observed: Observed) -> DataPlan:
        """Plan what to copy. Changes nothing.

        Raises:
            UsageError: the option does not name one source. A worktree is checked even if nothing is to be copied.
            WtcError: see `plan_data`.
        """
        source = None
        if self.text and has_unfilled_volume(desired, observed):
            source = self._source(observed)
        elif self.text:
            if not self._names_project():
                self._source_worktree()
            self.context.report(Note(text="nothing is copied: all volumes of the stack exist, and keep their data"))
        else:
            self._warn_of_compose_data(desired, observed)
        return plan_data(desired, observed, source)

    def fill(
        self,
        desired: Desired,
        observed: Observed,
        execute: Execute,
        finish: Callable[["Outcome"], None],
        locks: StackLocks,
    ) -> Observed:
        """Copy, and return what exists then. `finish` raises for an outcome with failures.

        `locks` has this worktree's lock; those of the sources are taken, and released once the copy is made.

        Raises:
            LocksBusyError: to be called again with the locks that it names. Nothing is copied yet.
            WtcError: the copy failed, and is finished by the next `up`; what was stopped for it is started again.
        """
        data = self.plan(desired, observed)
        sources = self._locked_worktrees(data, observed)
        locks.take(sources)
        try:
            if data.locked:
                # Another command may have changed the source until its lock was free.
                self.context.forget_snapshot()
                observed = replace(observe_desired(self.context, desired), subnet_pool=observed.subnet_pool)
                data = plan_data(desired, observed, self._source(observed) if self.text else None)
            if data:
                self._copy(data, execute, finish)
            else:
                self.report_warnings(data)
        finally:
            locks.release(sources)
        return with_filled_volumes(observed, data) if data else observed

    def _locked_worktrees(self, data: DataPlan, observed: Observed) -> list[str]:
        """Return the worktrees of the source stacks, as the volumes record them or the user names them."""
        created = (label.namespace_of(v.labels) for v in observed.volumes.values())
        paths = {namespace.worktree for namespace in created if namespace.name in data.locked}
        if data.locked and self.text and not self._names_project():
            paths.add(self._source_worktree())
        return sorted(paths - {self.context.located.worktree})

    def report_warnings(self, data: DataPlan) -> None:
        """Report the warnings of a plan that is not executed."""
        for warning in data.copy.warnings:
            self.context.report(Warned(diagnostic=warning))

    def _copy(self, data: DataPlan, execute: Execute, finish: Callable[["Outcome"], None]) -> None:
        restarted: Outcome | None = None
        if stopped := dict.fromkeys(f"`{operation_names(node.operation).subject}`" for node in data.restart):
            verb = "is" if len(stopped) == 1 else "are"
            text = f"{', '.join(stopped)} {verb} stopped for a consistent copy, and started again after it"
            self.context.report(Note(text=text))
        try:
            copied = execute(data.copy, None)
        finally:
            if data.restart:
                restarted = execute(data.restart, threading.Event())
        if copied.failed or copied.skipped:
            warn(self.context.report, "the copy is not complete", hint="to finish it, run `wtc up`")
        finish(copied)
        if data.finish:
            finish(execute(data.finish, None))
        if restarted:
            finish(restarted)

    def _source(self, observed: Observed) -> DataSource:
        if self._names_project():
            return self._compose_source(self.text.partition(":")[2], observed)
        return self._stack_of(self._source_worktree(), observed)

    def _names_project(self) -> bool:
        return self.text.partition(":")[0] == COMPOSE

    def _source_worktree(self) -> str:
        """Return the worktree that the option names.

        Raises:
            UsageError: it does not name one, or it names this one.
        """
        worktree = self._main() if self.text == MAIN else self._worktree()
        if worktree == self.context.located.worktree:
            raise UsageError(
                f"`--data-from {self.text}` names this worktree itself",
                hints=["to see the stacks of all worktrees, run `wtc ps -a`"],
            )
        return worktree

    def _main(self) -> str:
        from wtc.worktrees.locate import worktree_of

        if main := worktree_of(self.context.located.worktree).main:
            return main
        raise UsageError(
            "`--data-from main` needs a main worktree, and this repository has none",
            hints=["to name a worktree, run `wtc up --data-from FOLDER`"],
        )

    def _worktree(self) -> str:
        from wtc.orchestrator.context.named_worktree import pick_worktree
        from wtc.worktrees.locate import repository_worktrees, worktree_of

        path = os.path.join(self.context.target.cwd, os.path.expanduser(self.text))
        if os.path.isdir(path):
            return worktree_of(path).path
        listed = repository_worktrees(worktree_of(self.context.located.worktree))
        return os.path.realpath(pick_worktree(self.text, listed, option="--data-from"))

    def _stack_of(self, worktree: str, observed: Observed) -> DataSource:
        held, folder = (
            read_path(worktree).id,
            os.path.relpath(self.context.located.directory, self.context.located.worktree),
        )
        names: set[str] = set()
        for volume in observed.volumes.values():
            created = label.namespace_of(volume.labels)
            own = created.identity.id == held if created.identity.id else created.worktree == worktree
            inner = created.identity.directory
            same = not inner or os.path.relpath(inner, created.worktree) == folder
            if own and same and not inconsistency(volume, observed.foreign_use):
                names.add(created.name)
        sources = [s for s in (DataSource(name=name) for name in sorted(names)) if source_volumes(s, observed)]
        if not sources:
            raise WtcError(
                f"the worktree `{worktree}` has no stack with volumes to copy",
                hints=["to see the stacks of all worktrees, run `wtc ps -a`"],
            )
        if len(sources) > 1:
            raise WtcError(
                f"the worktree `{worktree}` has several stacks with volumes",
                causes=[f"{s.title} has {_volumes(s, observed)}" for s in sources],
            )
        return sources[0]

    def _compose_source(self, name: str, observed: Observed) -> DataSource:
        projects = compose_folders(observed)
        if name:
            if name not in projects:
                raise UsageError(
                    f"the engine has no volumes of a Docker Compose project `{name}`",
                    hints=["to see the projects, run `docker compose ls -a`"],
                )
            return DataSource(name=name, compose=True)
        main = self._main_folder()
        proved = self._proved(projects, self.folder) or (self._proved(projects, main) if main else [])
        if len(proved) == 1:
            return DataSource(name=proved[0], compose=True)
        guesses = proved or [p for p in self._usual_names(main) if p in projects]
        raise UsageError(
            f"several Docker Compose projects run in `{self.folder}`"
            if proved
            else f"no container proves which Docker Compose project belongs to `{self.folder}`",
            hints=[f"to copy from `{p}`, run `wtc up --data-from compose:{p}`" for p in guesses]
            or ["to see the projects, run `docker compose ls -a`"],
        )

    def _warn_of_compose_data(self, desired: Desired, observed: Observed) -> None:
        """Report, at the first `up`, the data of a Docker Compose stack of the same folder."""
        own = [v for v in desired.volumes.values() if not v.external]
        if not own or any(v.name in observed.volumes for v in own):
            return
        for project in self._proved(compose_folders(observed), self.folder):
            source = DataSource(name=project, compose=True)
            if {v.key for v in own} & source_volumes(source, observed).keys():
                warn(
                    self.context.report,
                    f"the data of {source.title} remains in {_volumes(source, observed)}, and this stack starts empty",
                    hint="to start with a copy of it, run `wtc clean`, then `wtc up --data-from compose`",
                )
                return

    def _proved(self, projects: dict[str, set[str]], folder: str) -> list[str]:
        """Return the projects whose containers name the folder. A path on another machine proves nothing."""
        if not self.context.engine.host_is_local:
            return []
        real = os.path.realpath(folder)
        return sorted(p for p, named in projects.items() if any(os.path.realpath(one) == real for one in named))

    def _main_folder(self) -> str:
        """Return the same project folder in the main worktree; empty in the main worktree itself."""
        from wtc.worktrees.locate import worktree_of

        main = worktree_of(self.context.located.worktree).main
        if not main or main == self.context.located.worktree:
            return ""
        inner = os.path.relpath(os.path.realpath(self.folder), self.context.located.worktree)
        return os.path.normpath(os.path.join(main, inner))

    def _usual_names(self, main: str) -> list[str]:
        """Return the names that Docker Compose derives from a project's folder."""
        from wtc.compose.source.discover import normalized_name

        return [normalized_name(os.path.basename(f)) for f in (self.folder, main) if f]


def _volumes(source: DataSource, observed: Observed) -> str:
    names = sorted(source_volumes(source, observed).values())
    return f"volume{'s' if len(names) > 1 else ''} {', '.join(f'`{name}`' for name in names)}"
