"""Anonymous volumes: their labels record the owner, so that a recreated container keeps its data. Pure."""

from wtc import labels as label
from wtc.model.desired import ContainerSpec
from wtc.model.namespace import Namespace
from wtc.model.observed import Observed, ObservedContainer, ObservedVolume
from wtc.planner.observed.ownership import ownership


def inherited_volumes(
    spec: ContainerSpec, current: ObservedContainer | None, observed: Observed, namespace: Namespace
) -> tuple[tuple[str, str], ...]:
    """Return (volume name, mount target) of the volumes that a new container inherits.

    They come from the container that it replaces, else from the one before a `down`. A volume is not inherited if
    neither the file nor the image declares its target any more, or if the file mounts something else there.
    """
    mounted_targets = _mounted_targets(spec)
    declared = _wanted_targets(spec, observed) if spec.image in observed.images else None
    if current is not None:
        existing = ((v.name, v.target) for v in current.volumes if v.anonymous and v.target not in mounted_targets)
        return tuple((name, target) for name, target in existing if declared is None or target in declared)
    prefix = f"{spec.service}/{spec.number}:"
    candidates: dict[str, list[ObservedVolume]] = {}
    for volume in observed.volumes.values():
        owner = volume.labels.get(label.ANONYMOUS, "")
        if owner.startswith(prefix) and ownership(volume, namespace, observed.foreign_use).own:
            candidates.setdefault(owner.removeprefix(prefix), []).append(volume)
    wanted = (t for t in sorted(candidates) if t not in mounted_targets and (declared is None or t in declared))
    return tuple((name, target) for target in wanted if (name := _newest(candidates[target])))


def _newest(volumes: list[ObservedVolume]) -> str:
    """Return the newest volume, which was in use last; empty if that is not certain.

    The engine's times are in seconds, so a volume that takes the place of another one has a number.
    """
    last = max(map(_age_key, volumes))
    names = [v.name for v in volumes if _age_key(v) == last]
    return names[0] if len(names) == 1 else ""


def _age_key(volume: ObservedVolume) -> tuple[int, str]:
    return _generation(volume), volume.created


def _generation(volume: ObservedVolume) -> int:
    """Return how many volumes were at its target before it; 0 if it does not say so."""
    text = volume.labels.get(label.GENERATION, "")
    return int(text) if text.isascii() and text.isdigit() else 0


def new_volumes(
    spec: ContainerSpec, observed: Observed, inherited: tuple[tuple[str, str], ...]
) -> dict[str, dict[str, str]]:
    """Return mount target -> labels of the volumes that file or image declare and that are not inherited."""
    inherited_targets = {target for _, target in inherited}
    labels = {key: spec.labels[key] for key in _INHERITED if key in spec.labels}
    owners = {t: f"{spec.service}/{spec.number}:{t}" for t in _wanted_targets(spec, observed)}
    return {
        target: {**labels, label.ANONYMOUS: owner, **_next_generation(owner, observed)}
        for target, owner in owners.items()
        if target not in inherited_targets
    }


def _next_generation(owner: str, observed: Observed) -> dict[str, str]:
    """Return the label of a volume that takes the place of others; empty for the first one."""
    before = [_generation(v) for v in observed.volumes.values() if v.labels.get(label.ANONYMOUS) == owner]
    return {label.GENERATION: str(max(before) + 1)} if before else {}


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
"""The container's labels that its anonymous volumes get too; not its name."""


def _wanted_targets(spec: ContainerSpec, observed: Observed) -> list[str]:
    """Return the targets at which the file or the image declares an anonymous volume."""
    image = observed.images.get(spec.image)
    targets = [m.target for m in spec.config.volumes if m.type == "volume" and not m.source]
    targets += [t for t in (image.volumes if image else ()) if t not in _mounted_targets(spec)]
    return list(dict.fromkeys(targets))


def _mounted_targets(spec: ContainerSpec) -> set[str]:
    """Return the targets at which the file mounts something that is not an anonymous volume."""
    mounted = {m.target for m in spec.config.volumes if m.source or m.type != "volume"}
    return mounted | {t.partition(":")[0] for t in spec.config.tmpfs}
