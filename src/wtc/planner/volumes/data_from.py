"""Plan `up --data-from`: fill volumes with a copy of another stack's data, and finish interrupted copies. Pure.

A marker (`planner/volumes/copy_marker.py`) exists while a copy is unfinished, so that a later `up` can finish it.
"""

from collections.abc import Iterable, Mapping, Sequence

from wtc import labels as label
from wtc.dataclass import dataclass, field, replace
from wtc.errors import ConflictError, WtcError
from wtc.model.desired import Desired
from wtc.model.observed import RUNNING_STATES, ContainerRef, Observed, ObservedContainer, ObservedVolume
from wtc.model.plan import (
    CopyVolume,
    CreateVolume,
    PauseContainer,
    Plan,
    RemoveContainer,
    RemoveVolume,
    StartContainer,
    StopContainer,
)
from wtc.model.project import Volume
from wtc.planner.dependency_order import dependency_order
from wtc.planner.observed.ownership import inconsistency
from wtc.planner.plan_builder import PlanBuilder
from wtc.planner.volumes.copy_marker import (
    copy_helper,
    copy_marker,
    copy_origin,
    copy_target,
    stopped_by_copy,
    unfinished_copies,
)
from wtc.planner.volumes.data_source import DataSource, data_source_of, source_volumes


@dataclass(frozen=True, slots=True, kw_only=True)
class DataPlan:
    """Plans to execute in this order: `restart` even if `copy` failed, `finish` only if `copy` succeeded.

    `locked`: the namespaces whose containers are stopped and started, sorted. `filled`: name -> the volumes that exist
    after `copy`.
    """

    copy: Plan = field(default_factory=Plan)
    restart: Plan = field(default_factory=Plan)
    finish: Plan = field(default_factory=Plan)
    locked: tuple[str, ...] = ()
    filled: Mapping[str, ObservedVolume] = field(default_factory=dict[str, ObservedVolume])

    def __bool__(self) -> bool:
        return any((self.copy, self.restart, self.finish))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Copy:
    volume: Volume
    source: str
    markers: tuple[ObservedVolume, ...]
    """The markers of an interrupted copy into the same volume."""


def has_unfilled_volume(desired: Desired, observed: Observed) -> bool:
    """Return whether the stack has a volume that does not exist, or holds an incomplete copy."""
    cut_off = unfinished_copies(desired.namespace, observed)
    return any(
        not v.external and (v.name not in observed.volumes or v.name in cut_off) for v in desired.volumes.values()
    )


def plan_data(desired: Desired, observed: Observed, source: DataSource | None) -> DataPlan:
    """Fill the volumes that do not exist yet from `source`; without a source, finish the interrupted copies.

    Raises:
        ConflictError: a container outside the source's services writes to its volumes, or the source of an interrupted
            copy no longer exists.
        WtcError: no service has an image to create the copy's containers from.
    """
    builder = PlanBuilder()
    cut_off = unfinished_copies(desired.namespace, observed)
    dropped: list[str] = []
    if source is None:
        copies = _copies_to_finish(desired, observed, cut_off)
    else:
        copies, dropped = _copies_to_make(desired, observed, source, cut_off, builder)
    return _Planning(desired, observed, builder).plan(copies, [m for name in dropped for m in cut_off[name]], dropped)


def _copies_to_finish(
    desired: Desired, observed: Observed, cut_off: Mapping[str, Sequence[ObservedVolume]]
) -> list[_Copy]:
    copies: list[_Copy] = []
    for volume in desired.volumes.values():
        markers = cut_off.get(volume.name, ())
        if volume.external or not markers:
            continue
        source = copy_origin(markers)
        if source not in observed.volumes:
            raise ConflictError(
                f"volume `{volume.name}` holds an unfinished copy of `{source}`, which no longer exists",
                hints=[
                    "to copy from another stack, run `wtc up --data-from WORKTREE`",
                    "to start with empty volumes, run `wtc clean`, then `wtc up`",
                ],
            )
        copies.append(_Copy(volume=volume, source=source, markers=tuple(markers)))
    return copies


def _copies_to_make(
    desired: Desired,
    observed: Observed,
    source: DataSource,
    cut_off: Mapping[str, Sequence[ObservedVolume]],
    builder: PlanBuilder,
) -> tuple[list[_Copy], list[str]]:
    """Return the copies, and the targets of interrupted copies for which this source has no volume."""
    origins = source_volumes(source, observed)
    copies: list[_Copy] = []
    dropped: list[str] = []
    for volume in desired.volumes.values():
        markers = tuple(cut_off.get(volume.name, ()))
        if volume.external:
            builder.warn(f"volume `{volume.key}` is external, and is not copied")
        elif volume.name in observed.volumes and not markers:
            builder.warn(
                f"volume `{volume.key}` already exists, and keeps its data",
                hint="to replace the data of all volumes, run `wtc clean`, then `wtc up --data-from` again",
            )
        elif _is_shared_storage(volume):
            builder.warn(f"volume `{volume.key}` is not copied: its driver options set where its data is")
        elif volume.key in origins:
            copies.append(_Copy(volume=volume, source=origins[volume.key], markers=markers))
        else:
            builder.warn(f"volume `{volume.key}` is created empty: {source.title} has no volume with that key")
            dropped += [volume.name] if markers else []
    return copies, dropped


def _is_shared_storage(volume: Volume) -> bool:
    """Return whether the volume may have the same storage in both stacks, so that a copy overwrites its source."""
    return volume.driver not in {"", "local"} or "device" in volume.driver_opts


class _Planning:
    def __init__(self, desired: Desired, observed: Observed, builder: PlanBuilder) -> None:
        self.desired, self.observed, self.builder = desired, observed, builder

    def plan(self, copies: Sequence[_Copy], discarded: Sequence[ObservedVolume], dropped: Sequence[str]) -> DataPlan:
        """Return the plans. `dropped`: the targets of interrupted copies to remove, `discarded`: their markers."""
        left = [
            self.builder.add(RemoveContainer(container=_ref(c), volumes=True), "an interrupted copy left it")
            for c in self.observed.containers
            if copy_target(c)
        ]
        writers = self._writers(copies)
        old = [*discarded, *(m for copy in copies for m in copy.markers)]
        stopped = [*writers, *stopped_by_copy(old, self.observed)]
        markers = {copy.volume.name: copy_marker(copy.volume, copy.source, stopped) for copy in copies}
        marks = self._mark(copies, markers)
        self._drop(discarded, dropped, left)
        stops = self._stop(writers, marks)
        for copy in copies:
            self._copy(copy, [marks[copy.volume.name], *left], stops)
        return DataPlan(
            copy=self.builder.plan(),
            restart=self._restart(stopped),
            finish=_finish(markers.values()),
            locked=self._locked(copies),
            filled={
                copy.volume.name: ObservedVolume(name=copy.volume.name, labels=copy.volume.labels) for copy in copies
            },
        )

    def _mark(self, copies: Sequence[_Copy], markers: Mapping[str, Volume]) -> dict[str, int | None]:
        """Return target -> the node after which a marker with the current source and containers exists."""
        marks: dict[str, int | None] = {}
        for copy in copies:
            marker = markers[copy.volume.name]
            node = None
            if marker.name not in {m.name for m in copy.markers}:
                node = self.builder.add(CreateVolume(volume=marker), "it marks the copy as unfinished")
            for stale in (m for m in copy.markers if m.name != marker.name):
                node = self.builder.add(RemoveVolume(name=stale.name), "another marker replaces it", after=[node])
            marks[copy.volume.name] = node
        return marks

    def _drop(self, discarded: Sequence[ObservedVolume], dropped: Sequence[str], left: Sequence[int]) -> None:
        incomplete = [
            self.builder.add(RemoveVolume(name=name), "a copy into it was interrupted", after=left)
            for name in dropped
            if name in self.observed.volumes
        ]
        for marker in discarded:
            self.builder.add(RemoveVolume(name=marker.name), "its copy is not resumed", after=[*incomplete, *left])

    def _stop(self, writers: Sequence[ObservedContainer], marks: Mapping[str, int | None]) -> list[int]:
        return [
            self.builder.add(
                StopContainer(container=_ref(container)),
                "it writes to a volume that is copied",
                service=container.service,
                after=marks.values(),
            )
            for container in writers
        ]

    def _copy(self, copy: _Copy, before: Sequence[int | None], stops: Sequence[int]) -> None:
        name = copy.volume.name
        ready, cause = list(before), "it does not exist"
        if name in self.observed.volumes:
            cause = "a copy into it was interrupted"
            ready = [self.builder.add(RemoveVolume(name=name), cause, after=before)]
        create = self.builder.add(CreateVolume(volume=copy.volume), cause, after=ready)
        reader, writer = (copy_helper(copy.volume, role) for role in ("reader", "writer"))
        node = CopyVolume(source=copy.source, target=name, image=self._image(name), reader=reader, writer=writer)
        self.builder.add(node, "a copy was interrupted" if copy.markers else "`--data-from`", after=[create, *stops])

    def _image(self, volume: str) -> str:
        """Return the image of a service that mounts the volume, if possible, else of any service with containers."""
        services = [s for s in self.desired.services.values() if s.containers]
        mounting = [s for s in services if any(m.source == volume for c in s.containers for m in c.config.volumes)]
        for service in (*mounting, *services):
            return service.image.reference
        raise WtcError(
            f"no service has an image with which to copy volume `{volume}`",
            hints=["to copy it, run `wtc up --data-from` with a service that mounts it"],
        )

    def _writers(self, copies: Sequence[_Copy]) -> list[ObservedContainer]:
        """Return the running containers that mount a source read-write."""
        owners = {copy.source: data_source_of(self.observed.volumes[copy.source].labels) for copy in copies}
        found: list[ObservedContainer] = []
        for container in (*self.observed.containers, *self.observed.foreign):
            written = [v.name for v in container.volumes if v.writable and v.name in owners]
            if container.state not in RUNNING_STATES or not written:
                continue
            owner = owners[written[0]]
            inherited = owner is not None and not owner.compose and inconsistency(container)
            if owner is None or inherited or data_source_of(container.labels) != owner or container.oneoff:
                raise ConflictError(
                    f"container `{container.name}` writes to volume `{written[0]}`, which is to be copied",
                    causes=["for the copy, wtc stops only the services of the stack that owns the volume"],
                    hints=[f"to stop it, run `docker stop {container.name}`"],
                )
            found.append(container)
        return found

    def _restart(self, stopped: Sequence[ObservedContainer]) -> Plan:
        builder = PlanBuilder()
        if not stopped:
            return builder.plan()
        from wtc.planner.down import depends_on

        started: dict[str, int] = {}
        by_service = {c.labels.get(label.COMPOSE_SERVICE, ""): c for c in stopped}
        order = dependency_order({name: depends_on(c.labels) for name, c in by_service.items()})
        for container in sorted(stopped, key=lambda c: order.index(c.labels.get(label.COMPOSE_SERVICE, ""))):
            start = StartContainer(container=_ref(container))
            after = [started.get(name) for name in depends_on(container.labels)]
            node = builder.add(start, "it was stopped for the copy", service=container.service, after=after)
            started[container.labels.get(label.COMPOSE_SERVICE, "")] = node
            if container.state == "paused":
                pause = PauseContainer(container=_ref(container))
                builder.add(pause, "it was paused before the copy", service=container.service, after=[node])
        return builder.plan()

    def _locked(self, copies: Sequence[_Copy]) -> tuple[str, ...]:
        owners = {data_source_of(self.observed.volumes[copy.source].labels) for copy in copies}
        own = self.desired.namespace.name
        return tuple(sorted(o.name for o in owners if o is not None and not o.compose and o.name != own))


def with_filled_volumes(observed: Observed, data: DataPlan) -> Observed:
    """Return the observed state after the plans are executed, as far as the plan of `up` uses it."""
    gone = {n.operation.name for n in (*data.copy, *data.finish) if isinstance(n.operation, RemoveVolume)}
    volumes = {name: volume for name, volume in observed.volumes.items() if name not in gone}
    return replace(observed, volumes={**volumes, **data.filled})


def _finish(markers: Iterable[Volume]) -> Plan:
    builder = PlanBuilder()
    for marker in markers:
        builder.add(RemoveVolume(name=marker.name), "the copy is complete")
    return builder.plan()


def _ref(container: ObservedContainer) -> ContainerRef:
    return ContainerRef(name=container.name, id=container.id)
