"""Volumes that the file gives no name: labels tell whose they are, and nothing of them is lost."""

from wtc import labels as label
from wtc.model.desired import ContainerSpec
from wtc.model.namespace import Namespace
from wtc.model.observed import Observed, ObservedContainer, ObservedVolume
from wtc.planner.observed.ownership import ownership


def inherited_volumes(
    spec: ContainerSpec, current: ObservedContainer | None, observed: Observed, namespace: Namespace
) -> tuple[tuple[str, str], ...]:
    """(Volume name, mount target) that go over to a new container: from the one before it, else from before a `down`.

    What neither the file nor the image asks for any more stays behind, and so does what the file mounts something on.
    """
    taken = _mounted_targets(spec)
    asked = _wanted_targets(spec, observed) if spec.image in observed.images else None
    if current is not None:
        mine = ((v.name, v.target) for v in current.volumes if v.anonymous and v.target not in taken)
        return tuple((name, target) for name, target in mine if asked is None or target in asked)
    whose = f"{spec.service}/{spec.number}:"
    left: dict[str, list[ObservedVolume]] = {}
    for volume in observed.volumes.values():
        owner = volume.labels.get(label.ANONYMOUS, "")
        if owner.startswith(whose) and ownership(volume, namespace, observed.foreign_use).own:
            left.setdefault(owner.removeprefix(whose), []).append(volume)
    wanted = (t for t in sorted(left) if t not in taken and (asked is None or t in asked))
    return tuple((name, target) for target in wanted if (name := _newest(left[target])))


def _newest(volumes: list[ObservedVolume]) -> str:
    """The last one made is the one that was in use; of two made in one second none can be told to be the right one."""
    last = max(v.created for v in volumes)
    names = [v.name for v in volumes if v.created == last]
    return names[0] if len(names) == 1 else ""


def new_volumes(
    spec: ContainerSpec, observed: Observed, inherited: tuple[tuple[str, str], ...]
) -> dict[str, dict[str, str]]:
    """Mount target -> labels, for the volumes that file or image ask for and that nothing is inherited for."""
    kept = {target for _, target in inherited}
    labels = {key: spec.labels[key] for key in _INHERITED if key in spec.labels}
    return {
        target: {**labels, label.ANONYMOUS: f"{spec.service}/{spec.number}:{target}"}
        for target in _wanted_targets(spec, observed)
        if target not in kept
    }


_INHERITED = (
    label.MANAGED,
    label.WORKTREE,
    label.PROJECT,
    label.SERVICE,
    label.COMPOSE_PROJECT,
    label.ID,
    label.HOST,
    label.GIT,
    label.DIRECTORY,
    label.PARENTS,
)
"""The labels of a container that its anonymous volumes have too: all but its name."""


def _wanted_targets(spec: ContainerSpec, observed: Observed) -> list[str]:
    """The targets for which file or image want a volume without a name."""
    image = observed.images.get(spec.image)
    targets = [m.target for m in spec.config.volumes if m.type == "volume" and not m.source]
    targets += [t for t in (image.volumes if image else ()) if t not in _mounted_targets(spec)]
    return list(dict.fromkeys(targets))


def _mounted_targets(spec: ContainerSpec) -> set[str]:
    """The targets on which the file mounts something of its own."""
    mounted = {m.target for m in spec.config.volumes if m.source or m.type != "volume"}
    return mounted | {t.partition(":")[0] for t in spec.config.tmpfs}
