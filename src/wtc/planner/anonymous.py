"""Volumes that the file gives no name: labels tell whose they are, and nothing of them is lost."""

from wtc import labels as label
from wtc.model.desired import ContainerSpec
from wtc.model.observed import Observed, ObservedContainer, ObservedVolume


def inherited_volumes(
    spec: ContainerSpec, current: ObservedContainer | None, observed: Observed
) -> tuple[tuple[str, str], ...]:
    """(Volume name, mount target) that go over to a new container: from the one before it, else from before a `down`.

    What the file mounts something else on stays behind.
    """
    taken = _taken(spec)
    if current is not None:
        return tuple((v.name, v.target) for v in current.volumes if v.anonymous and v.target not in taken)
    whose = f"{spec.service}/{spec.number}:"
    left: dict[str, list[ObservedVolume]] = {}
    for volume in observed.volumes.values():
        owner = volume.labels.get(label.ANONYMOUS, "")
        if owner.startswith(whose) and volume.labels.get(label.PROJECT) == spec.labels[label.PROJECT]:
            left.setdefault(owner.removeprefix(whose), []).append(volume)
    found = ((_newest(volumes), target) for target, volumes in sorted(left.items()) if target not in taken)
    return tuple((name, target) for name, target in found if name)


def _newest(volumes: list[ObservedVolume]) -> str:
    """The last one made is the one that was in use; of two made in one second none can be told to be the right one."""
    last = max(v.created for v in volumes)
    names = [v.name for v in volumes if v.created == last]
    return names[0] if len(names) == 1 else ""


def new_volumes(
    spec: ContainerSpec, observed: Observed, inherited: tuple[tuple[str, str], ...]
) -> dict[str, dict[str, str]]:
    """Mount target -> labels, for the volumes that file or image ask for and that nothing is inherited for."""
    image = observed.images.get(spec.image)
    targets = [m.target for m in spec.config.volumes if m.type == "volume" and not m.source]
    targets += [t for t in (image.volumes if image else ()) if t not in _taken(spec)]
    kept = {target for _, target in inherited}
    own = (label.MANAGED, label.WORKTREE, label.PROJECT, label.SERVICE, label.COMPOSE_PROJECT)
    labels = {key: spec.labels[key] for key in own}
    return {
        target: {**labels, label.ANONYMOUS: f"{spec.service}/{spec.number}:{target}"}
        for target in dict.fromkeys(targets)
        if target not in kept
    }


def _taken(spec: ContainerSpec) -> set[str]:
    """The targets on which the file mounts something of its own."""
    mounted = {m.target for m in spec.config.volumes if m.source or m.type != "volume"}
    return mounted | {t.partition(":")[0] for t in spec.config.tmpfs}
