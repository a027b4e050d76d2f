"""The plans of `start`, `stop`, `restart`, `kill`, `pause` and `unpause`. They create and remove nothing. Pure.

Source: compose-spec, `depends_on`, `post_start`, `pre_stop`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from wtc import labels as label
from wtc.dataclass import dataclass, field
from wtc.errors import WtcError
from wtc.model.observed import RUNNING_STATES, ContainerRef
from wtc.model.plan import (
    Condition,
    KillContainer,
    PauseContainer,
    StartContainer,
    StopContainer,
    UnpauseContainer,
    WaitContainer,
)
from wtc.model.service import Dependency
from wtc.planner.dependency_order import dependency_order
from wtc.planner.names import replacement_name
from wtc.planner.plan_builder import PlanBuilder
from wtc.static_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wtc.model.observed import Observed, ObservedContainer
    from wtc.model.plan import (
        Plan,
    )
    from wtc.model.service import Hook

HEALTHY, COMPLETED = "service_healthy", "service_completed_successfully"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceHooks:
    """The attributes of the file that starting and stopping a service depend on."""

    depends_on: Mapping[str, Dependency] = field(default_factory=dict[str, Dependency])
    post_start: tuple[Hook, ...] = ()
    pre_stop: tuple[Hook, ...] = ()


DeclaredHooks = Mapping[str, ServiceHooks]
"""Service -> its hooks in the file. For a service that the file does not have, container labels are used."""


def plan_start(
    observed: Observed, declared: DeclaredHooks, *, services: Collection[str] = (), wait_timeout_s: float | None = None
) -> Plan:
    """Start the containers that do not run, dependencies first, and wait for the conditions of `depends_on`.

    Empty `services` means all.

    Raises:
        WtcError: a named service has no container, nor one that must be healthy or completed first.
    """
    stack = _Stack(observed, declared)
    named = list(services or stack.containers)
    chosen = stack.with_needs(named)
    builder = PlanBuilder()
    starting = _Starting(stack, builder, chosen, wait_timeout_s)
    for service in stack.ordered(chosen):
        needed_by = "" if service in named else stack.first_dependent(service, chosen)
        stack.require(service, needed_by)
        for container in stack.containers[service]:
            cause = f"`{needed_by}` depends on it" if needed_by else "`start`"
            if container.state == "paused":
                starting.resume(container, cause)
            elif container.state not in RUNNING_STATES:
                starting.start(container, cause)
    return builder.plan()


def plan_stop(
    observed: Observed, declared: DeclaredHooks, *, services: Collection[str] = (), timeout_s: int | None = None
) -> Plan:
    """Stop the running containers of these services, dependents first. Empty `services` means all."""
    stack = _Stack(observed, declared)
    builder = PlanBuilder()
    _stop(stack, builder, stack.existing(services), timeout_s, "`stop`")
    return builder.plan()


def plan_restart(
    observed: Observed,
    declared: DeclaredHooks,
    *,
    services: Collection[str] = (),
    timeout_s: int | None = None,
    no_deps: bool = False,
) -> Plan:
    """Stop and start these services, and those that depend on them with `restart: true`. Empty `services` means all."""
    stack = _Stack(observed, declared)
    named = stack.existing(services)
    chosen = named if no_deps else stack.with_restarted(named)
    builder = PlanBuilder()
    stopped = _stop(stack, builder, chosen, timeout_s, "`restart`")
    starting = _Starting(stack, builder, chosen, None)
    for service in stack.ordered(chosen):
        for container in stack.containers[service]:
            starting.start(container, "`restart`", after=stopped.get(container.id, ()))
    return builder.plan()


def plan_kill(observed: Observed, *, services: Collection[str] = (), signal: str = "SIGKILL") -> Plan:
    """Send a signal to the running containers, one-off containers too."""
    builder = PlanBuilder()
    for container in observed.containers:
        if container.state in RUNNING_STATES and (not services or container.service in services):
            kill = KillContainer(container=_ref(container), signal=signal)
            builder.add(kill, "`kill`", service=container.service)
    return builder.plan()


def plan_pause(observed: Observed, *, services: Collection[str] = ()) -> Plan:
    """Pause the running containers."""
    builder = PlanBuilder()
    for container in _select_containers(observed, services):
        if container.state == "running":
            builder.add(PauseContainer(container=_ref(container)), "`pause`", service=container.service)
    return builder.plan()


def plan_unpause(observed: Observed, *, services: Collection[str] = ()) -> Plan:
    """Unpause the paused containers."""
    builder = PlanBuilder()
    for container in _select_containers(observed, services):
        if container.state == "paused":
            builder.add(UnpauseContainer(container=_ref(container)), "`unpause`", service=container.service)
    return builder.plan()


class _Stack:
    def __init__(self, observed: Observed, declared: DeclaredHooks) -> None:
        self.containers: dict[str, list[ObservedContainer]] = {}
        self.hooks: dict[str, ServiceHooks] = {}
        for container in _select_containers(observed, ()):
            self.containers.setdefault(container.service, []).append(container)
            hooks = declared.get(container.service) or ServiceHooks(depends_on=labelled_dependencies(container))
            self.hooks.setdefault(container.service, hooks)

    def ordered(self, chosen: Collection[str]) -> list[str]:
        """Return the services, dependencies first, with those that have no container."""
        return dependency_order({service: self.needs(service) for service in chosen})

    def needs(self, service: str) -> Mapping[str, Dependency]:
        return self.hooks[service].depends_on if service in self.hooks else {}

    def existing(self, services: Collection[str]) -> list[str]:
        """Return the services that have a container. Empty `services` means all."""
        return [s for s in self.containers if not services or s in services]

    def with_needs(self, named: Iterable[str]) -> list[str]:
        """Return the named services and all that they depend on."""
        found = dict.fromkeys(named)
        waiting = list(found)
        while waiting:
            new = [n for n in self.needs(waiting.pop()) if n not in found]
            found |= dict.fromkeys(new)
            waiting += new
        return list(found)

    def with_restarted(self, named: Iterable[str]) -> list[str]:
        """Return the named services and all that must restart with them."""
        found = set(named)
        while new := {
            s
            for s in self.containers.keys() - found
            if any(how.restart and n in found for n, how in self.needs(s).items())
        }:
            found |= new
        return [s for s in self.containers if s in found]

    def first_dependent(self, service: str, chosen: Collection[str]) -> str:
        return next((s for s in chosen if service in self.needs(s)), "")

    def require(self, service: str, needed_by: str) -> None:
        """Check that a service has a container.

        A dependency without one, such as a service scaled to 0, is skipped if the plan does not have to wait for it.

        Raises:
            WtcError: the service is required and has no container.
        """
        if service in self.containers:
            return
        hint = ["to create it, run `wtc up`"]
        if not needed_by:
            raise WtcError(f"service `{service}` has no container to start", hints=hint)
        how = self.needs(needed_by)[service]
        if how.required and how.condition in {HEALTHY, COMPLETED}:
            message = f"service `{needed_by}` depends on `{service}`, which has no container to start"
            raise WtcError(message, hints=hint)
        self.containers[service] = []


class _Starting:
    def __init__(
        self, stack: _Stack, builder: PlanBuilder, chosen: Collection[str], wait_timeout_s: float | None
    ) -> None:
        self.stack, self.builder, self.chosen, self.wait_timeout_s = stack, builder, chosen, wait_timeout_s
        self.started: dict[str, int] = {}
        """Container id -> the node after which the container runs."""
        self.waits: dict[tuple[str, Condition], int] = {}

    def start(self, container: ObservedContainer, cause: str, *, after: Iterable[int] = ()) -> None:
        service, ref = container.service, _ref(container)
        needs = self._needs(service)
        node = self.builder.add(StartContainer(container=ref), cause, service=service, after=[*after, *needs])
        hooks = self.stack.hooks[service].post_start
        nodes = self.builder.add_hooks(ref, hooks, "post_start", service=service, after=[node])
        self.started[container.id] = nodes[-1]

    def resume(self, container: ObservedContainer, cause: str) -> None:
        """Unpause a container. That is not a start, so it runs no hook."""
        unpause = UnpauseContainer(container=_ref(container))
        self.started[container.id] = self.builder.add(unpause, cause, service=container.service)

    def _needs(self, service: str) -> list[int | None]:
        nodes: list[int | None] = []
        for name, how in self.stack.needs(service).items():
            for container in self.stack.containers.get(name, ()) if name in self.chosen else ():
                match how.condition:
                    case "service_healthy":
                        nodes.append(self._wait(container, Condition.HEALTHY, service, required=how.required))
                    case "service_completed_successfully":
                        nodes.append(self._wait(container, Condition.COMPLETED, service, required=how.required))
                    case _:
                        nodes.append(self.started.get(container.id))
        return nodes

    def _wait(
        self, container: ObservedContainer, condition: Condition, dependent: str, *, required: bool
    ) -> int | None:
        key = (container.id, condition)
        started = self.started.get(container.id)
        if condition is Condition.HEALTHY and started is None and container.health == "healthy":
            return None
        if key not in self.waits:
            wait = WaitContainer(
                container=_ref(container),
                condition=condition,
                timeout_s=self.wait_timeout_s,
                required=required,
                resumed=container.state == "paused",
            )
            cause = f"`{dependent}` depends on it"
            self.waits[key] = self.builder.add(wait, cause, service=container.service, after=[started])
        return self.waits[key]


def _stop(
    stack: _Stack, builder: PlanBuilder, chosen: Collection[str], timeout_s: int | None, cause: str
) -> dict[str, list[int]]:
    """Stop the services and return container id -> the nodes after which it is stopped.

    For a container that does not run, these are the nodes of its dependents.
    """
    stopped: dict[str, list[int]] = {}
    by_service: dict[str, list[int]] = {}
    for service in reversed(stack.ordered(chosen)):
        before = [n for s in chosen if service in stack.needs(s) for n in by_service.get(s, [])]
        # A service that does not run passes on the nodes of its dependents, so that the order holds through it.
        by_service[service] = list(before)
        for container in stack.containers[service]:
            stopped[container.id] = before
            if container.state not in RUNNING_STATES:
                continue
            ref = _ref(container)
            hooks = stack.hooks[service].pre_stop if container.state == "running" else ()
            after = builder.add_hooks(ref, hooks, "pre_stop", service=service, after=before)
            stop = StopContainer(container=ref, timeout_s=timeout_s)
            stopped[container.id] = [builder.add(stop, cause, service=service, after=after)]
            by_service[service] += stopped[container.id]
    return stopped


def _select_containers(observed: Observed, services: Collection[str]) -> list[ObservedContainer]:
    """Return the replicas of these services, without unfinished replacements. Empty `services` means all."""
    return [
        c
        for c in observed.containers
        if not c.oneoff and not c.name.startswith(replacement_name("")) and (not services or c.service in services)
    ]


def labelled_dependencies(container: ObservedContainer) -> dict[str, Dependency]:
    """Return the dependencies in the container's label: `db:service_healthy:true` (name, condition, `restart`)."""
    found: dict[str, Dependency] = {}
    for text in container.labels.get(label.COMPOSE_DEPENDS_ON, "").split(","):
        name, _, rest = text.partition(":")
        condition, _, restart = rest.partition(":")
        if name:
            found[name] = Dependency(condition=condition or "service_started", restart=restart == "true")
    return found


def _ref(container: ObservedContainer) -> ContainerRef:
    return ContainerRef(name=container.name, id=container.id)
