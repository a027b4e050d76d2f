"""Copy changed files into the containers of a service."""

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from functools import partial
from itertools import islice
from os.path import lexists

from wtc.dataclass import dataclass
from wtc.engine.containers.sync_files import other_types, remove_paths, send_files
from wtc.engine.parallel import call_all
from wtc.errors import EngineError, EngineUnreachableError, NotFoundError, WtcError
from wtc.events import warn
from wtc.model.observed import RUNNING_STATES, ContainerRef, ObservedContainer
from wtc.orchestrator.context.context import Context
from wtc.orchestrator.file_watch.decide import outermost
from wtc.orchestrator.file_watch.watched_disk import is_folder

LISTINGS = 4
"""How often a sync looks for containers that have taken the place of others meanwhile."""
REFUSALS = 32
"""After so many refusals of a batch's parts, the parts are not halved any further."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Synced:
    """What was sent and removed; `containers`: how many have it."""

    sent: tuple[str, ...]
    """Paths of this machine."""
    removed: tuple[str, ...]
    """Paths in the containers."""
    containers: int


def sync_in_parts(
    files: Mapping[str, str], sync: Callable[[Mapping[str, str]], Synced]
) -> tuple[Synced, list[WtcError]]:
    """Sync the files together. If that is refused, sync the halves: a refused file does not keep the others away.

    Returns: what was sent and removed, and why the rest was not, each reason once.

    Raises:
        WtcError: `sync` has raised one that `is_temporary`.
    """
    parts, refusals = [dict(files)], 0
    done: list[Synced] = []
    errors: dict[str, WtcError] = {}
    while parts:
        part = parts.pop()
        try:
            done.append(sync(part))
        except WtcError as error:
            if is_temporary(error):
                raise
            refusals += 1
            if len(part) > 1 and refusals < REFUSALS:
                middle = len(part) // 2
                parts += [dict(islice(part.items(), middle, None)), dict(islice(part.items(), middle))]
            else:
                errors.setdefault(f"{error.message}{error.causes}", error)
    synced = Synced(
        sent=tuple(path for one in done for path in one.sent),
        removed=tuple(path for one in done for path in one.removed),
        containers=max((one.containers for one in done), default=0),
    )
    return synced, list(errors.values())


def sync_service(context: Context, service: str, files: Mapping[str, str], targets: AbstractSet[str]) -> Synced:
    """Send the files that exist, and remove the others, in all containers of a service.

    `files`: path in the container -> path on this machine. A container that is created meanwhile gets them too. The
    `targets` of the rules are not removed in the container, whatever a file in their place would need.

    Raises:
        WtcError: a container refuses, or cannot have the files now: see `is_temporary`.
    """
    sync = _Sync(context, files, targets)
    for _ in range(LISTINGS):
        context.forget_snapshot()
        found = {c.id: c for c in context.containers([service], required=False)}
        if not (left := found.keys() - sync.done):
            break
        sync.into([found[key] for key in left])
    else:
        if sync.failure is not None:
            raise sync.failure
    if sync.failure is not None and not sync.done:
        raise sync.failure
    return Synced(sent=tuple(sync.present.values()), removed=tuple(sync.removed), containers=len(sync.done))


def is_temporary(error: WtcError) -> bool:
    """Return whether a sync may succeed later: no engine answers, or the container is gone, restarting or paused."""
    return isinstance(error, EngineUnreachableError | NotFoundError) or (
        isinstance(error, EngineError) and error.status == 409
    )


class _Sync:
    def __init__(self, context: Context, files: Mapping[str, str], targets: AbstractSet[str]) -> None:
        self._context, self._targets = context, targets
        self._unreadable: set[str] = set()
        # `/` itself can neither be sent nor removed.
        self.present = {name: path for name, path in files.items() if name and lexists(path)}
        self.gone = outermost(name for name in files if name and name not in self.present)
        self.removed: dict[str, None] = {}
        """The paths that a container had, in order."""
        self.done: set[str] = set()
        """The ids of the containers that have the files."""
        self.failure: WtcError | None = None
        """Why a container does not have them yet."""

    def into(self, containers: list[ObservedContainer]) -> None:
        """Sync the containers. One that was removed, or is being replaced, is left to the next attempt."""
        call_all([partial(self._one, container) for container in containers])

    def _one(self, container: ObservedContainer) -> None:
        ref = ContainerRef(name=container.name, id=container.id)
        try:
            if self.present:
                self._send(ref)
            if self.gone and container.state not in {*RUNNING_STATES, "created"}:
                names = ", ".join(f"`{name}`" for name in self.gone)
                warn(self._context.report, f"container `{container.name}` is not running, so it keeps {names}")
            elif self.gone and container.state in RUNNING_STATES:
                self.removed.update(dict.fromkeys(remove_paths(self._context.engine, ref, self.gone)))
        except EngineError as error:
            if not is_temporary(error):
                raise
            self.failure = error
            return
        except OSError as error:
            name = error.filename or "a file"
            raise WtcError(f"cannot read `{name}`", causes=[(error.strerror or str(error)).lower()]) from error
        self.done.add(container.id)

    def _send(self, container: ContainerRef) -> None:
        """Send what exists. A folder in the container that is a file here, or the reverse, is removed first."""
        engine = self._context.engine
        try:
            send_files(engine, container, self.present, unreadable=self._warn_unreadable)
        except EngineError:
            others = other_types(engine, container, {name: is_folder(path) for name, path in self.present.items()})
            if not others or self._targets & set(others):
                raise
            remove_paths(engine, container, outermost(others))
            send_files(engine, container, self.present, unreadable=self._warn_unreadable)

    def _warn_unreadable(self, error: OSError) -> None:
        if error.filename not in self._unreadable:
            self._unreadable.add(error.filename)
            why = (error.strerror or str(error)).lower()
            warn(self._context.report, f"cannot read `{error.filename}`, so it is not synced: {why}")
