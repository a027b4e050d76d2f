"""The plans of `down` and `clean`: from what is observed alone, so that they work when file and folder are gone."""

from collections.abc import Collection, Mapping
from types import MappingProxyType

from wtc import labels as label
from wtc.model.namespace import Namespace
from wtc.model.observed import Observed, ObservedContainer, ObservedNetwork, ObservedVolume
from wtc.model.plan import (
    ContainerRef,
    Plan,
    RemoveContainer,
    RemoveImage,
    RemoveNetwork,
    RemoveVolume,
    RunHook,
    StopContainer,
)
from wtc.model.service import Hook
from wtc.planner.builder import PlanBuilder
from wtc.planner.copy_marker import add_restarts, target_of
from wtc.planner.lifecycle import Declared
from wtc.planner.order import dependency_order

RUNNING = frozenset({"running", "restarting", "paused"})


def plan_down(
    namespace: Namespace,
    observed: Observed,
    *,
    services: Collection[str] = (),
    timeout_s: int | None = None,
    declared: Declared = MappingProxyType({}),
) -> Plan:
    """Containers stop (dependents first) and go, then the networks; volumes stay. `services` empty: all of them.

    `declared` is what the file says, where there is one: the hooks before a stop.
    """
    builder = PlanBuilder()
    _remove_containers(observed, builder, services, timeout_s, "`down`", volumes=False, declared=declared)
    if not services:
        add_restarts(namespace, observed, builder)
        _remove_networks(namespace, observed, builder)
    return builder.plan()


def plan_clean(namespace: Namespace, observed: Observed, *, timeout_s: int | None = None) -> Plan:
    """As `down`, and volumes and built images too: everything that bears the namespace's labels, and nothing else."""
    builder = PlanBuilder()
    gone = _remove_containers(observed, builder, (), timeout_s, "`clean`", volumes=True)
    _remove_networks(namespace, observed, builder)
    inherited = {v.name for c in observed.containers for v in c.volumes if v.anonymous}
    restarted = add_restarts(namespace, observed, builder)
    removed: list[int] = []
    # A marker goes last: without it, half a copy would pass for a complete one.
    for volume in sorted(observed.volumes.values(), key=lambda v: bool(target_of(v))):
        if _own(volume, namespace) or (volume.name in inherited and not _labelled(volume)):
            before = [*removed, *restarted] if target_of(volume) else gone
            removed.append(builder.add(RemoveVolume(name=volume.name), "`clean`", after=before))
    for image in observed.images.values():
        if label.managed(image.labels) and image.labels.get(label.PROJECT) == namespace.name:
            builder.add(RemoveImage(reference=image.reference), "`clean`", after=gone)
    return builder.plan()


def _remove_containers(
    observed: Observed,
    builder: PlanBuilder,
    services: Collection[str],
    timeout_s: int | None,
    cause: str,
    *,
    volumes: bool,
    declared: Declared = MappingProxyType({}),
) -> list[int]:
    chosen = [c for c in observed.containers if not services or c.service in services]
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
        if container.state in RUNNING:
            for hook in _hooks_before_stop(container, declared):
                after = [
                    builder.add(RunHook(container=ref, hook=hook), "pre_stop", service=container.service, after=after)
                ]
            stop = StopContainer(container=ref, timeout_s=timeout_s)
            after = [builder.add(stop, cause, service=container.service, after=after)]
            stopped.setdefault(container.service, []).extend(after)
        removed.append(
            builder.add(
                # A copy's container has anonymous volumes of its image, and nothing in them.
                RemoveContainer(container=ref, volumes=volumes or bool(target_of(container))),
                cause,
                service=container.service,
                after=after,
            )
        )
    return removed


def _hooks_before_stop(container: ObservedContainer, declared: Declared) -> tuple[Hook, ...]:
    """A one-off container, and one that is frozen, runs none."""
    conduct = declared.get(container.service)
    return conduct.pre_stop if conduct and container.state == "running" and not container.oneoff else ()


def _remove_networks(namespace: Namespace, observed: Observed, builder: PlanBuilder) -> None:
    for network in observed.networks.values():
        if not _own(network, namespace):
            continue
        users = [c for c in observed.containers if network.name in c.networks]
        after = [n.id for n in builder.plan() if _removes(n.operation, users)]
        builder.add(RemoveNetwork(name=network.name, id=network.id), "nothing of the stack is on it", after=after)


def _removes(operation: object, containers: list[ObservedContainer]) -> bool:
    return isinstance(operation, RemoveContainer) and any(c.id == operation.container.id for c in containers)


def depends_on(labels: Mapping[str, str]) -> list[str]:
    """The services that a container's own depend on, as its label has them: `db:service_healthy:false,cache:…`."""
    return [part.partition(":")[0] for part in labels.get(label.COMPOSE_DEPENDS_ON, "").split(",") if part]


def _own(resource: ObservedNetwork | ObservedVolume, namespace: Namespace) -> bool:
    return label.managed(resource.labels) and resource.labels.get(label.PROJECT) == namespace.name


def _labelled(volume: ObservedVolume) -> bool:
    """Whether somebody gave the volume a label (the engine marks the ones that it named itself)."""
    return any(key != "com.docker.volume.anonymous" for key in volume.labels)
