"""Apply batches of changes to the stack: rebuild, sync, restart, run commands, in this order."""

import os
import threading
from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import partial

from wtc.dataclass import dataclass, field, replace
from wtc.engine.containers.hooks import run_command
from wtc.engine.parallel import call_all
from wtc.errors import InterruptedByUserError, WtcError
from wtc.events import Event, Note, Warned
from wtc.interruption import heed_stop
from wtc.model.observed import RUNNING_STATES, ContainerRef, ObservedContainer
from wtc.model.service import Hook
from wtc.model.up_options import Recreate
from wtc.orchestrator.bring_up.up_request import UpRequest
from wtc.orchestrator.build import BuildRequest, build
from wtc.orchestrator.context.context import Context
from wtc.orchestrator.file_watch.decide import Actions, PathChange, decide, synced_files
from wtc.orchestrator.file_watch.sync import Synced, sync_in_parts, sync_service
from wtc.orchestrator.file_watch.watch_rule import WatchRule
from wtc.orchestrator.file_watch.watched_disk import FolderWalk, is_folder
from wtc.orchestrator.lifecycle import LifecycleRequest, LifecycleVerb, change_lifecycle
from wtc.orchestrator.session.adopt import Adoption
from wtc.orchestrator.up import up

NAMED_FILES = 3
"""Up to so many files are named, others are counted."""


@dataclass(slots=True, kw_only=True)
class _Work:
    """What is left to do for the containers of one service."""

    files: dict[str, str] = field(default_factory=dict[str, str])
    """Path in the containers -> path on this machine."""
    restart: bool = False
    commands: list[Hook] = field(default_factory=list[Hook])


class Applying:
    """One run of a watch."""

    def __init__(
        self,
        context: Context,
        rules: Sequence[WatchRule],
        request: UpRequest,
        failed: Callable[[WtcError], None],
        stop: threading.Event,
        *,
        replacing: Callable[[Collection[str]], AbstractContextManager[None]],
    ) -> None:
        """`request` is the `up` that a rebuild repeats. `replacing` is entered while containers are replaced."""
        self._context, self._rules, self._request = context, rules, request
        self._failed, self._stop, self._replacing = failed, stop, replacing
        self._work: dict[str, _Work] = {}
        """Service -> what is left to do; what could not be done waits here for the next batch."""
        self._reported: dict[str, str] = {}
        """Service -> why its work waits."""

    @property
    def is_waiting(self) -> bool:
        """Whether work is left that may be possible later."""
        return bool(self._work)

    def begin(self) -> None:
        """Do the initial syncs."""
        self._add_initial({rule.service for rule in self._rules})
        self._sync_all()

    def apply(self, changes: Iterable[PathChange]) -> None:
        """Apply the changes, and those that are left of earlier ones.

        Raises:
            InterruptedByUserError: a signal ended it.
        """
        actions = decide(self._rules, changes, FolderWalk().expand)
        if actions.rebuild:
            with self._reporting():
                self._rebuild(actions.rebuild)
                self._add_initial(actions.rebuild)
        self._add(actions)
        if not self._work or self._stop.is_set():
            return
        ready = self._sync_all()
        if self._stop.is_set():
            return
        restarting = tuple(service for service, work in ready.items() if work.restart)
        if restarting:
            with self._reporting():
                self._restart(restarting)
        for service, work in ready.items():
            for command in work.commands:
                with self._reporting():
                    self._run(service, command)

    @contextmanager
    def _reporting(self) -> Generator[None]:
        """Report a failure in the block; the watch continues."""
        try:
            yield
        except InterruptedByUserError:
            raise
        except WtcError as error:
            self._failed(error)

    def _add(self, actions: Actions) -> None:
        for service, files in actions.sync.items():
            self._work_of(service).files.update(files)
        for service in actions.restart:
            self._work_of(service).restart = True
        for service, command in actions.execs:
            commands = self._work_of(service).commands
            if command not in commands:
                commands.append(command)

    def _add_initial(self, services: Collection[str]) -> None:
        walk = FolderWalk()
        for rule in self._rules:
            if rule.initial_sync and rule.service in services:
                self._work_of(rule.service).files.update(synced_files(rule, walk.initial(rule)))

    def _work_of(self, service: str) -> _Work:
        return self._work.setdefault(service, _Work())

    def _sync_all(self) -> dict[str, _Work]:
        """Sync all services, and return the work of those that have their files now."""
        work, self._work = self._work, {}
        ready: dict[str, _Work] = {}
        for service, one in work.items():
            try:
                is_ready = not one.files or self._sync(service, one.files)
            except WtcError as error:
                self._work[service] = one
                if self._reported.get(service) != error.message:
                    self._reported[service] = error.message
                    self._failed(
                        error.replace(notes=(*error.notes, f"wtc syncs service `{service}` again automatically"))
                    )
            else:
                self._reported.pop(service, None)
                if is_ready:
                    ready[service] = one
        return ready

    def _sync(self, service: str, files: Mapping[str, str]) -> bool:
        """Sync the files, and return whether any of them was not refused. Raises: WtcError if it may succeed later."""
        with heed_stop():
            targets = {rule.target for rule in self._rules if rule.service == service}
            sync = partial(sync_service, self._context, service, targets=targets)
            synced, refusals = sync_in_parts(files, sync)
        for error in refusals:
            self._failed(error)
        is_ready = not refusals or bool(synced.sent or synced.removed)
        if is_ready and (text := _synced_text(service, synced, self._context.target.cwd)):
            self._note(text)
        return is_ready

    def _rebuild(self, services: tuple[str, ...]) -> None:
        """Build the images of these services alone, and recreate their containers; dependents follow as in `up`."""
        target, request = self._context.target, self._request
        self._note(f"rebuilding {_names(services)}")
        build(target, BuildRequest(services=services), self._about_now, self._stop)
        options = replace(
            request.options,
            services=services,
            recreate=Recreate.ALWAYS,
            recreate_dependencies=Recreate.DIVERGED,
            build=False,
            no_build=True,
            pull="never",
            renew_anonymous_volumes=False,
            # A service that does not get healthy waits for the next change.
            no_wait=True,
        )
        with self._replacing(services):
            again = replace(request, options=options, adoption=Adoption(), data_from="")
            up(target, again, self._about_now, self._stop)
        self._note(f"rebuilt {_names(services)}")

    def _restart(self, services: tuple[str, ...]) -> None:
        request = LifecycleRequest(verb=LifecycleVerb.RESTART, services=services)
        with self._replacing(services):
            change_lifecycle(self._context.target, request, self._about_now, self._stop)
        self._note(f"restarted {_names(services)}")

    def _run(self, service: str, command: Hook) -> None:
        self._context.forget_snapshot()
        running = [c for c in self._context.containers([service], required=False) if c.state in RUNNING_STATES]
        call_all([partial(self._run_in, container, command) for container in running])

    def _run_in(self, container: ObservedContainer, command: Hook) -> None:
        name = command.command[0]
        ref = ContainerRef(name=container.name, id=container.id)
        doing = f"run `{name}` in container `{container.name}`"
        status, _ = run_command(
            self._context.engine, ref, command, doing=doing, read=partial(self._print_lines, container.service)
        )
        if status:
            raise WtcError(f"`{name}` in container `{container.name}` ended with status {status}")

    def _print_lines(self, service: str, frames: Iterator[tuple[int, bytes]]) -> None:
        rest = b""
        for _, content in frames:
            *lines, rest = (rest + content).split(b"\n")
            for line in lines:
                self._note(f"{service}: {line.decode(errors='replace')}")
        if rest:
            self._note(f"{service}: {rest.decode(errors='replace')}")

    def _note(self, text: str) -> None:
        self._context.report(Note(text=text))

    def _about_now(self, event: Event, /) -> None:
        """Report an event, but no warning about the compose file: `up` has reported it."""
        if not (isinstance(event, Warned) and event.diagnostic.path):
            self._context.report(event)


def _names(services: Iterable[str]) -> str:
    return ", ".join(f"`{service}`" for service in services)


def _synced_text(service: str, synced: Synced, folder: str) -> str:
    """Return what a sync did, in a line; empty if it did nothing."""
    if not synced.containers:
        return f"service `{service}` has no container to sync"
    paths = dict.fromkeys(path for path in synced.sent if not is_folder(path))
    sent = [os.path.relpath(path, folder) for path in paths]
    parts = [f"synced {_counted(sent)}"] if sent else []
    parts += [f"removed {_counted(synced.removed)}"] if synced.removed else []
    return f"{service}: {', '.join(parts)}" if parts else ""


def _counted(paths: Sequence[str]) -> str:
    return ", ".join(f"`{path}`" for path in paths) if len(paths) <= NAMED_FILES else f"{len(paths)} files"
