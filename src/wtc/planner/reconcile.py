"""Decide what happens to each container: keep, start, restart, recreate or create. Pure."""

from collections.abc import Mapping
from enum import StrEnum

from wtc.dataclass import dataclass, replace
from wtc.model.desired import ContainerSpec, Desired
from wtc.model.observed import ACTIVE_STATES, RUNNING_STATES, Observed, ObservedContainer
from wtc.model.up_options import Recreate, UpOptions
from wtc.planner.names import replacement_name


class Action(StrEnum):
    """What happens to one container."""

    KEEP = "keep"
    START = "start"
    RESTART = "restart"
    RECREATE = "recreate"
    CREATE = "create"


_STARTING = (Action.CREATE, Action.RECREATE, Action.START, Action.RESTART)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerDecision:
    """One desired container: which containers exist for it, what happens, and why.

    `current` is the existing container (`adopted`: it still has a replacement's name). `ready` is a replacement that an
    interrupted run created and that can be used, `stale` one that cannot. `reconnect` are the networks that are
    recreated while the container is kept.
    """

    spec: ContainerSpec
    action: Action
    cause: str
    current: ObservedContainer | None = None
    ready: ObservedContainer | None = None
    stale: ObservedContainer | None = None
    adopted: bool = False
    reconnect: tuple[str, ...] = ()


def reconcile(
    desired: Desired, observed: Observed, options: UpOptions, renewed: Mapping[str, str]
) -> dict[str, list[ContainerDecision]]:
    """Return service -> decisions for its containers, in dependency order.

    `renewed`: network name -> why it is recreated.
    """
    decisions: dict[str, list[ContainerDecision]] = {}
    for service in desired.services.values():
        decisions[service.name] = [
            _reconcile_container(spec, observed, options, renewed, desired) for spec in service.containers
        ]
    _propagate_recreation(desired, decisions)
    _rerun_completed(desired, decisions)
    return decisions


def _reconcile_container(
    spec: ContainerSpec, observed: Observed, options: UpOptions, renewed: Mapping[str, str], desired: Desired
) -> ContainerDecision:
    existing = [
        c for c in observed.containers if not c.oneoff and c.service == spec.service and c.number == spec.number
    ]
    pending = next((c for c in existing if c.name == replacement_name(spec.name)), None)
    current = next((c for c in existing if c is not pending), None)
    interrupted = "an interrupted run left its replacement"
    if pending is not None:
        usable = not _diverged_cause(spec, pending, observed, desired) and not (
            pending.networks.keys() & renewed.keys()
        )
        if usable:
            return ContainerDecision(
                spec=spec, action=Action.RECREATE, cause=interrupted, current=current, ready=pending
            )
        if current is None:
            return ContainerDecision(
                spec=spec, action=Action.RECREATE, cause=interrupted, current=pending, adopted=True
            )
    if current is None:
        return ContainerDecision(spec=spec, action=Action.CREATE, cause="it does not exist")
    base = ContainerDecision(spec=spec, action=Action.KEEP, cause="", current=current, stale=pending)
    return _choose_action(base, current, observed, options, renewed, desired)


def _choose_action(
    base: ContainerDecision,
    current: ObservedContainer,
    observed: Observed,
    options: UpOptions,
    renewed: Mapping[str, str],
    desired: Desired,
) -> ContainerDecision:
    spec = base.spec
    cause = _diverged_cause(spec, current, observed, desired)
    recreate = options.recreate_of(spec.service)
    if recreate is Recreate.ALWAYS:
        return replace(base, action=Action.RECREATE, cause="requested")
    if cause and recreate is not Recreate.NEVER:
        return replace(base, action=Action.RECREATE, cause=cause)
    reconnect = tuple(n for n in spec.config.networks if n in renewed)
    if reconnect:
        return replace(base, action=Action.RESTART, cause=f"network `{reconnect[0]}` is recreated", reconnect=reconnect)
    if current.state not in ACTIVE_STATES:
        return replace(base, action=Action.START, cause=f"it is {current.state}")
    return base


def _diverged_cause(spec: ContainerSpec, container: ObservedContainer, observed: Observed, desired: Desired) -> str:
    """Return why a container differs from the desired one; empty if it does not."""
    if container.state in {"dead", "removing"}:
        return f"it is {container.state}"
    if container.config_hash != spec.config_hash:
        return "its configuration has changed"
    image = observed.images.get(spec.image)
    if image is not None and image.id != container.image_id:
        return "its image has changed"
    return (
        _detached_cause(spec, container, observed)
        or _unmounted_cause(spec, container, desired)
        or _unjoined(spec, container, observed)
    )


def _unjoined(spec: ContainerSpec, container: ObservedContainer, observed: Observed) -> str:
    """Return why the container has lost the namespaces that it shares; empty if it has not.

    A container joins a namespace by the id of its owner, and loses it when the owner alone is recreated.
    """
    names = namespace_owners(spec)
    for owner in observed.containers:
        if owner.name in names and container.namespaces and not {owner.id, owner.name} & {*container.namespaces}:
            return f"`{owner.service}`, whose namespace it shares, was recreated"
    return ""


def _detached_cause(spec: ContainerSpec, container: ObservedContainer, observed: Observed) -> str:
    for name in spec.config.networks:
        network = observed.networks.get(name)
        if name not in container.networks:
            return f"it is not attached to network `{name}`"
        attached = container.networks[name]
        # A container that never started joins, without an id until then, the network that has the name at its start.
        is_missing = network is None and container.state != "created"
        is_another = attached and (network is None or attached != network.id)
        if is_missing or is_another:
            return f"its network `{name}` was removed"
    return ""


def _unmounted_cause(spec: ContainerSpec, container: ObservedContainer, desired: Desired) -> str:
    mounted = {m.target: m.name for m in container.volumes}
    named = {v.name for v in desired.volumes.values()}
    for mount in spec.config.volumes:
        if mount.type == "volume" and mount.source in named and mounted.get(mount.target) != mount.source:
            return f"volume `{mount.source}` is not mounted"
    return ""


def _propagate_recreation(desired: Desired, decisions: Mapping[str, list[ContainerDecision]]) -> None:
    """Recreate or restart the containers that follow another one that is recreated or restarted.

    They share its namespaces or volumes, or depend on it with `restart: true`. Services come in dependency order, so
    that a change reaches the end of a chain.
    """
    for service in desired.services.values():
        for index, decision in enumerate(decisions[service.name]):
            base = _recreated_service(referenced_containers(decision.spec), desired, decisions)
            if decision.action in {Action.CREATE, Action.RECREATE}:
                if base and decision.ready is not None:
                    decisions[service.name][index] = _without_ready(decision)
            elif base:
                cause = f"`{base}`, whose resources it shares, is recreated"
                decisions[service.name][index] = replace(decision, action=Action.RECREATE, cause=cause)
            elif decision.action is not Action.RESTART and (cause := _left_behind(decision, decisions)):
                decisions[service.name][index] = replace(decision, action=Action.RESTART, cause=cause)
            elif decision.action is Action.KEEP:
                restarting = [d for d, how in service.depends_on.items() if how.restart]
                if changed := next(
                    (d for d in restarting if _has_action(d, decisions, Action.RECREATE, Action.RESTART)), ""
                ):
                    cause = f"`{changed}`, which it depends on, is restarted"
                    decisions[service.name][index] = replace(decision, action=Action.RESTART, cause=cause)


def _without_ready(decision: ContainerDecision) -> ContainerDecision:
    """Return the decision without its ready replacement, which joined a container that is itself recreated."""
    if decision.current is None:
        return replace(decision, current=decision.ready, ready=None, adopted=True)
    return replace(decision, ready=None, stale=decision.ready)


def _left_behind(decision: ContainerDecision, decisions: Mapping[str, list[ContainerDecision]]) -> str:
    """Return why a container shares a namespace that has ended or will end with its owner's process; empty if not."""
    current = decision.current
    if current is None or current.state not in RUNNING_STATES:
        return ""
    names = namespace_owners(decision.spec)
    for owner in (d for service in decisions.values() for d in service if d.spec.name in names):
        owner_container = owner.current
        stopped = owner_container is not None and owner_container.state not in RUNNING_STATES
        if owner.action is Action.RESTART or (owner.action is Action.START and stopped):
            return f"`{owner.spec.service}`, whose namespace it shares, is restarted"
        if (
            owner_container is not None
            and owner_container.started
            and _instant(current.started) < _instant(owner_container.started)
        ):
            return f"`{owner.spec.service}`, whose namespace it shares, was restarted"
    return ""


def _instant(time: str) -> str:
    """Return an RFC 3339 time in UTC, whose fraction can have any number of digits, in a form that sorts."""
    whole, _, fraction = time.removesuffix("Z").partition(".")
    return f"{whole}.{fraction:0<9}"


def _rerun_completed(desired: Desired, decisions: Mapping[str, list[ContainerDecision]]) -> None:
    """Keep a completed job (exit status 0) unless a service that waits for its completion starts.

    Dependents are decided before the jobs that they wait for, so that a chain of jobs is kept as a whole.
    """
    waiting: dict[str, list[str]] = {}
    for service in desired.services.values():
        for name, how in service.depends_on.items():
            if how.condition == "service_completed_successfully":
                waiting.setdefault(name, []).append(service.name)
    for name in reversed(list(desired.services)):
        dependents = waiting.get(name, [])
        if not dependents or any(_has_action(d, decisions, *_STARTING) for d in dependents):
            continue
        for index, decision in enumerate(decisions[name]):
            current = decision.current
            if decision.action is Action.START and current and current.state == "exited" and current.exit_code == 0:
                decisions[name][index] = replace(decision, action=Action.KEEP, cause="")


def namespace_owners(spec: ContainerSpec) -> set[str]:
    """Return the names of the containers whose namespaces this one joins."""
    config = spec.config
    shared = (config.network_mode, config.ipc, config.pid, config.cgroup, config.uts)
    return {value.removeprefix("container:") for value in shared if value.startswith("container:")}


def referenced_containers(spec: ContainerSpec) -> set[str]:
    """Return the names of the containers whose namespaces or volumes this one shares."""
    return namespace_owners(spec) | {text.partition(":")[0] for text in spec.config.volumes_from}


def _recreated_service(names: set[str], desired: Desired, decisions: Mapping[str, list[ContainerDecision]]) -> str:
    if not names:
        return ""
    for service in desired.services:
        for decision in decisions.get(service, []):
            if decision.spec.name in names and decision.action in {Action.CREATE, Action.RECREATE}:
                return service
    return ""


def _has_action(service: str, decisions: Mapping[str, list[ContainerDecision]], *actions: Action) -> bool:
    return any(d.action in actions for d in decisions.get(service, []))
