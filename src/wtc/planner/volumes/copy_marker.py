"""The marker of an unfinished copy: an empty volume `<target>_copying_<digits>` for the target volume. Pure.

The labels of a volume cannot change, so the marker is a separate volume. It exists from before the target is created
until the target is complete and the containers that were stopped for the copy run again. A command that removes unused
volumes removes both the marker and the target.
"""

from __future__ import annotations

from wtc import labels as label
from wtc.errors import ConflictError
from wtc.hashes import sha256
from wtc.model.observed import ContainerRef
from wtc.model.plan import CopyHelper, StartContainer
from wtc.model.project import Volume
from wtc.planner.volumes.copy_target import copy_prefix, copy_target
from wtc.planner.volumes.data_source import DataSource, data_source_of
from wtc.static_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from wtc.model.desired import Desired
    from wtc.model.namespace import Namespace
    from wtc.model.observed import Observed, ObservedContainer, ObservedVolume
    from wtc.planner.plan_builder import PlanBuilder


def copy_marker(volume: Volume, source: str, stopped: Iterable[ObservedContainer]) -> Volume:
    """Return the marker of a copy from `source` into `volume`; it records the containers that are stopped for it."""
    ids = ",".join(sorted(c.id for c in stopped))
    digits = sha256(f"{source}\n{ids}".encode()).hexdigest()[:8]
    name = f"{copy_prefix(volume.name)}{digits}"
    labels = {
        **_owner_labels(volume.labels),
        label.NAME: name,
        label.COPY: volume.name,
        label.COPY_SOURCE: source,
        label.COPY_STOPPED: ids,
    }
    return Volume(key=name, name=name, labels=labels)


def copy_helper(volume: Volume, role: str) -> CopyHelper:
    """Return a container that a copy into `volume` creates; `role` is `reader` or `writer`."""
    name = f"{copy_prefix(volume.name)}{role}"
    labels = {
        **_owner_labels(volume.labels),
        label.NAME: name,
        # The name label distinguishes the container from those that inherit labels from an image.
        label.CONFIG_HASH: "",
        label.COPY: volume.name,
        label.COMPOSE_ONEOFF: "True",
    }
    return CopyHelper(name=name, labels=labels)


def unfinished_copies(namespace: Namespace, observed: Observed) -> dict[str, list[ObservedVolume]]:
    """Return target name -> the markers of interrupted copies into it, the newest last."""
    own = DataSource(name=namespace.name)
    found: dict[str, list[ObservedVolume]] = {}
    for volume in sorted(observed.volumes.values(), key=lambda v: v.created):
        if (target := copy_target(volume)) and data_source_of(volume.labels) == own:
            found.setdefault(target, []).append(volume)
    return found


def check_unfinished(desired: Desired, observed: Observed) -> None:
    """Check that no volume of the stack holds an incomplete copy.

    Raises:
        ConflictError: one does.
    """
    cut_off = unfinished_copies(desired.namespace, observed)
    for volume in desired.volumes.values():
        if not volume.external and volume.name in cut_off:
            raise ConflictError(
                f"volume `{volume.name}` holds an unfinished copy of `{copy_origin(cut_off[volume.name])}`",
                hints=["to finish the copy, run `wtc up`"],
            )


def copy_origin(markers: Sequence[ObservedVolume]) -> str:
    """Return the source volume in the newest marker of a target."""
    return markers[-1].labels.get(label.COPY_SOURCE, "")


def stopped_by_copy(markers: Iterable[ObservedVolume], observed: Observed) -> list[ObservedContainer]:
    """Return the containers that an interrupted copy stopped and that are still stopped."""
    ids = {one for m in markers for one in m.labels.get(label.COPY_STOPPED, "").split(",")}
    return [c for c in observed.foreign if c.id in ids and c.state == "exited"]


def add_restarts(namespace: Namespace, observed: Observed, builder: PlanBuilder) -> list[int]:
    """Start the containers that interrupted copies into the stack stopped, and return the node ids."""
    markers = [m for found in unfinished_copies(namespace, observed).values() for m in found]
    starts = (
        StartContainer(container=ContainerRef(name=c.name, id=c.id), required=False)
        for c in stopped_by_copy(markers, observed)
    )
    return [builder.add(start, "an interrupted copy stopped it") for start in starts]


def _owner_labels(labels: Mapping[str, str]) -> dict[str, str]:
    """Return the labels that record the owner of a volume, without its key in the file."""
    compose, volume = {label.COMPOSE_PROJECT, label.COMPOSE_VERSION}, {label.RESOURCE, label.CONFIG_HASH}
    own = (key for key in labels if key in compose or (key.startswith("com.wtc.") and key not in volume))
    return {key: labels[key] for key in own}
