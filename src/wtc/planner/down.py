"""The plans of `down`, `rm` and `clean`. They need only the observed state, not the file and the folder."""

from __future__ import annotations

from types import MappingProxyType

from wtc import labels as label
from wtc.errors import ConflictError, UsageError
from wtc.model.observed import RUNNING_STATES, ContainerRef
from wtc.model.plan import RemoveContainer, RemoveImage, RemoveNetwork, RemoveVolume, StopContainer
from wtc.planner.dependency_order import dependency_order
from wtc.planner.observed.ownership import is_left_by_copy, ownership
from wtc.planner.plan_builder import PlanBuilder
from wtc.planner.volumes.copy_marker import add_restarts, unfinished_copies
from wtc.planner.volumes.copy_target import copy_target
from wtc.static_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from wtc.model.namespace import Namespace
    from wtc.model.observed import Observed, ObservedContainer, ObservedVolume
    from wtc.model.plan import Plan
    from wtc.model.service import Hook
    from wtc.planner.lifecycle import DeclaredHooks

LEAVES_NETWORKS_API = (1, 44)
"""The first API version whose stopped containers have left their networks for certain when the engine answers."""


def plan_down(
    namespace: Namespace,
    observed: Observed,
    *,
    services: Collection[str] = (),
    timeout_s: int | None = None,
    declared: DeclaredHooks = MappingProxyType({}),
) -> Plan:
    """Stop and remove containers, dependents first, then networks; keep volumes. Empty `services` means all.

    `declared` are the `pre_stop` hooks of the file, if there is one.
    """
    builder = PlanBuilder()
    chosen = [c for c in observed.containers if not services or c.service in services]
    _remove_containers(chosen, builder, timeout_s, "`down`", volumes=False, declared=declared)
    if not services:
        add_restarts(namespace, observed, builder)
        _remove_networks(namespace, observed, builder)
    return builder.plan()


def removable_containers(
    observed: Observed, *, services: Collection[str] = (), stops: bool = False
) -> list[ObservedContainer]:
    """Return the containers that `rm` removes: those that do not run, and with `stops` those that run too.

    Containers of `wtc run` stay. Empty `services` means all.
    """
    return [
        c
        for c in observed.containers
        if not c.oneoff and (stops or c.state not in RUNNING_STATES) and (not services or c.service in services)
    ]


def plan_rm(containers: Sequence[ObservedContainer], *, declared: DeclaredHooks = MappingProxyType({})) -> Plan:
    """Stop and remove these containers, dependents first; keep volumes and networks. `declared`: as for `plan_down`."""
    builder = PlanBuilder()
    _remove_containers(containers, builder, None, "`rm`", volumes=False, declared=declared)
    return builder.plan()


def plan_clean(namespace: Namespace, observed: Observed, *, timeout_s: int | None = None) -> Plan:
    """Remove everything that belongs to the stack, volumes and built images too, and nothing else.

    Raises:
        ConflictError: a running foreign container writes to a volume of the stack.
    """
    from wtc.planner.checks.conflicts import check_writers

    builder = PlanBuilder()
    volumes = own_volumes(namespace, observed)
    check_writers(observed, volumes)
    gone = _remove_containers(observed.containers, builder, timeout_s, "`clean`", volumes=True)
    gone += _remove_left_by_copies(namespace, observed, volumes, builder)
    _remove_networks(namespace, observed, builder)
    restarted = add_restarts(namespace, observed, builder)
    removed: list[int] = []
    # Remove markers last: without its marker, an incomplete copy would count as complete.
    for volume in sorted((observed.volumes[name] for name in volumes), key=lambda v: bool(copy_target(v))):
        if user := observed.foreign_use.volumes.get(volume.name):
            builder.warn(f"volume `{volume.name}` is kept, because container `{user}` uses it")
        else:
            before = [*removed, *restarted] if copy_target(volume) else gone
            removed.append(builder.add(RemoveVolume(name=volume.name), "`clean`", after=before))
    for image in observed.images.values():
        if not ownership(image, namespace, observed.foreign_use).own:
            continue
        if user := observed.foreign_use.images.get(image.id):
            builder.warn(f"image `{image.reference}` is kept, because container `{user}` was created from it")
        else:
            builder.add(RemoveImage(reference=image.reference), "`clean`", after=gone)
    return builder.plan()


def plan_clean_volumes(namespace: Namespace, observed: Observed, wanted: Collection[str]) -> Plan:
    """Remove only these volumes of the stack, given by key in the file or by name.

    Raises:
        UsageError: the stack has no such volume.
        ConflictError: a container uses one of them.
    """
    builder = PlanBuilder()
    own = own_volumes(namespace, observed)
    chosen: list[str] = []
    for text in wanted:
        keys = {observed.volumes[name].labels.get(label.RESOURCE): name for name in own if name in observed.volumes}
        name = text if text in own else keys.get(text, "")
        if not name:
            known = ", ".join(f"`{key or name}`" for key, name in sorted(keys.items(), key=str)) or "none"
            raise UsageError(f"the stack has no volume `{text}`", causes=[f"its volumes: {known}"])
        users = [c.name for c in observed.containers if name in {v.name for v in c.volumes}]
        if user := next(iter(users), observed.foreign_use.volumes.get(name, "")):
            hint = "to remove the stack's containers first, run `wtc down`"
            raise ConflictError(f"container `{user}` uses volume `{name}`", hints=[hint] if users else [])
        chosen.append(name)
    left = _remove_left_by_copies(namespace, observed, chosen, builder)
    for name in chosen:
        removed = builder.add(RemoveVolume(name=name), "`clean --volume`", after=left)
        for marker in unfinished_copies(namespace, observed).get(name, ()):
            builder.add(RemoveVolume(name=marker.name), "it marks the copy as unfinished", after=[removed])
    return builder.plan()


def own_volumes(namespace: Namespace, observed: Observed) -> list[str]:
    """Return the names of the stack's volumes; anonymous ones belong to it by label, or by their only container."""
    inherited = {v.name for c in observed.containers for v in c.volumes if v.anonymous}
    return [
        volume.name
        for volume in observed.volumes.values()
        if ownership(volume, namespace, observed.foreign_use).own
        or (
            volume.name in inherited
            and not _has_user_labels(volume)
            and volume.name not in observed.foreign_use.volumes
        )
    ]


def _remove_containers(
    chosen: Sequence[ObservedContainer],
    builder: PlanBuilder,
    timeout_s: int | None,
    cause: str,
    *,
    volumes: bool,
    declared: DeclaredHooks = MappingProxyType({}),
) -> list[int]:
    edges: dict[str, list[str]] = {}
    for container in chosen:
        edges.setdefault(container.service, []).extend(depends_on(container.labels))
    order = {service: index for index, service in enumerate(reversed(dependency_order(edges)))}
    stopped: dict[str, list[int]] = {}
    removed: list[int] = []
    for container in sorted(chosen, key=lambda c: (order[c.service], c.number, c.name)):
        before = [n for s, needs in edges.items() if container.service in needs for n in stopped.get(s, [])]
        ref = ContainerRef(name=container.name, id=container.id)
        after = before
        if container.state in RUNNING_STATES:
            hooks = _hooks_before_stop(container, declared)
            after = builder.add_hooks(ref, hooks, "pre_stop", service=container.service, after=after)
            stop = StopContainer(container=ref, timeout_s=timeout_s)
            after = [builder.add(stop, cause, service=container.service, after=after)]
            stopped.setdefault(container.service, []).extend(after)
        removed.append(
            builder.add(
                # The containers of a copy have empty anonymous volumes, from their image.
                RemoveContainer(container=ref, volumes=volumes or bool(copy_target(container))),
                cause,
                service=container.service,
                after=after,
            )
        )
    return removed


def _remove_left_by_copies(
    namespace: Namespace, observed: Observed, volumes: Collection[str], builder: PlanBuilder
) -> list[int]:
    """Remove the containers that interrupted copies of these volumes left, and return the node ids."""
    return [
        builder.add(
            RemoveContainer(container=ContainerRef(name=c.name, id=c.id), volumes=True),
            "an interrupted copy left it",
        )
        for c in observed.foreign
        if is_left_by_copy(c, namespace) and any(v.name in volumes for v in c.volumes)
    ]


def _hooks_before_stop(container: ObservedContainer, declared: DeclaredHooks) -> tuple[Hook, ...]:
    """Return the `pre_stop` hooks to run: none for a one-off or paused container."""
    hooks = declared.get(container.service)
    return hooks.pre_stop if hooks and container.state == "running" and not container.oneoff else ()


def _remove_networks(namespace: Namespace, observed: Observed, builder: PlanBuilder) -> None:
    leaving = StopContainer if observed.api_version >= LEAVES_NETWORKS_API else RemoveContainer
    left = {n.operation.container.id: n.id for n in builder.plan() if isinstance(n.operation, leaving)}
    for network in observed.networks.values():
        if not ownership(network, namespace).own:
            continue
        users = [c.id for c in observed.containers if network.name in c.networks]
        after = [left[user] for user in users if user in left]
        builder.add(RemoveNetwork(name=network.name, id=network.id), "no container of the stack uses it", after=after)


def depends_on(labels: Mapping[str, str]) -> list[str]:
    """Return the dependencies of a container's service, from its label: `db:service_healthy:false,cache:…`."""
    return [part.partition(":")[0] for part in labels.get(label.COMPOSE_DEPENDS_ON, "").split(",") if part]


def _has_user_labels(volume: ObservedVolume) -> bool:
    """Return whether the volume has a label other than the one with which the engine marks anonymous volumes."""
    return any(key != "com.docker.volume.anonymous" for key in volume.labels)
