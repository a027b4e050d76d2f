"""The mark of an unfinished copy: an empty volume `<target>_copying_<digits>` beside the target.

Labels of a volume cannot change, so the marker is a separate volume: it exists from before the target is created
until the target is complete and what was stopped for the copy is started again. What removes unused volumes removes
the target with it.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence

from wtc import labels as label
from wtc.errors import ConflictError
from wtc.model.desired import Desired
from wtc.model.namespace import Namespace
from wtc.model.observed import Observed, ObservedContainer, ObservedVolume
from wtc.model.plan import ContainerRef, CopyHelper, StartContainer
from wtc.model.project import Volume
from wtc.planner.plan_builder import PlanBuilder
from wtc.planner.volumes.data_source import DataSource, data_source_of


def copy_marker(volume: Volume, source: str, stopped: Iterable[ObservedContainer]) -> Volume:
    """The marker of a copy from the volume `source` into `volume`, for which containers are stopped."""
    ids = ",".join(sorted(c.id for c in stopped))
    digits = hashlib.sha256(f"{source}\n{ids}".encode()).hexdigest()[:8]
    name = f"{_prefix(volume.name)}{digits}"
    labels = {
        **_owner_labels(volume.labels),
        label.NAME: name,
        label.COPY: volume.name,
        label.COPY_SOURCE: source,
        label.COPY_STOPPED: ids,
    }
    return Volume(key=name, name=name, labels=labels)


def copy_helper(volume: Volume, role: str) -> CopyHelper:
    """A container that a copy into `volume` creates: its `reader` or its `writer`."""
    name = f"{_prefix(volume.name)}{role}"
    labels = {
        **_owner_labels(volume.labels),
        label.NAME: name,
        # What tells a container from what inherits its image's labels.
        label.CONFIG_HASH: "",
        label.COPY: volume.name,
        label.COMPOSE_ONEOFF: "True",
    }
    return CopyHelper(name=name, labels=labels)


def copy_target(thing: ObservedVolume | ObservedContainer) -> str:
    """The volume that a marker or a copy's container is there for; empty for everything else."""
    target = thing.labels.get(label.COPY, "")
    return target if label.managed(thing.labels) and thing.name.startswith(_prefix(target)) else ""


def unfinished_copies(namespace: Namespace, observed: Observed) -> dict[str, list[ObservedVolume]]:
    """Name of the target -> the markers of copies into it that were cut off, newest last."""
    own = DataSource(name=namespace.name)
    found: dict[str, list[ObservedVolume]] = {}
    for volume in sorted(observed.volumes.values(), key=lambda v: v.created):
        if (target := copy_target(volume)) and data_source_of(volume.labels) == own:
            found.setdefault(target, []).append(volume)
    return found


def check_unfinished(desired: Desired, observed: Observed) -> None:
    """Raises ConflictError where a volume of the stack holds half a copy."""
    cut_off = unfinished_copies(desired.namespace, observed)
    for volume in desired.volumes.values():
        if not volume.external and volume.name in cut_off:
            raise ConflictError(
                f"volume `{volume.name}` holds an unfinished copy of `{copy_origin(cut_off[volume.name])}`",
                hints=["to finish the copy, run `wtc up`"],
            )


def copy_origin(markers: Sequence[ObservedVolume]) -> str:
    """The volume that the newest of a target's markers names as the source."""
    return markers[-1].labels.get(label.COPY_SOURCE, "")


def stopped_by_copy(markers: Iterable[ObservedVolume], observed: Observed) -> list[ObservedContainer]:
    """The containers that a cut-off copy stopped, and that are still stopped."""
    ids = {one for m in markers for one in m.labels.get(label.COPY_STOPPED, "").split(",")}
    return [c for c in observed.foreign if c.id in ids and c.state == "exited"]


def add_restarts(namespace: Namespace, observed: Observed, builder: PlanBuilder) -> list[int]:
    """Start what copies into the stack stopped before they were cut off; the ids of the nodes."""
    markers = [m for found in unfinished_copies(namespace, observed).values() for m in found]
    starts = (
        StartContainer(container=ContainerRef(name=c.name, id=c.id), required=False)
        for c in stopped_by_copy(markers, observed)
    )
    return [builder.add(start, "a copy that was cut off stopped it") for start in starts]


def _prefix(target: str) -> str:
    return f"{target}_copying_"


def _owner_labels(labels: Mapping[str, str]) -> dict[str, str]:
    """Whose a volume is, without which of the file's volumes it is."""
    compose, volume = {label.COMPOSE_PROJECT, label.COMPOSE_VERSION}, {label.RESOURCE, label.CONFIG_HASH}
    own = (key for key in labels if key in compose or (key.startswith("com.wtc.") and key not in volume))
    return {key: labels[key] for key in own}
