"""The plan of `up`: from the observed to the desired state, with the fewest calls and without losing data. Pure.

A crash can happen between the steps that recreate a container: the replacement is created under a temporary name, the
old container is stopped and removed, the replacement is renamed and started. The next `up` finishes these steps.
"""

from wtc.model.desired import ContainerSpec, Desired
from wtc.model.observed import RUNNING_STATES, ContainerRef, Observed, ObservedContainer
from wtc.model.plan import (
    Condition,
    ConnectNetwork,
    CreateContainer,
    DisconnectNetwork,
    InjectFiles,
    Plan,
    RemoveContainer,
    RemoveNetwork,
    RenameContainer,
    StartContainer,
    StopContainer,
    WaitContainer,
)
from wtc.model.up_options import UpOptions
from wtc.planner.checks.conflicts import check_names, check_shared
from wtc.planner.freed_ports import FreedPorts
from wtc.planner.images.replaced_images import add_image_removals
from wtc.planner.names import replacement_name
from wtc.planner.networks import ResourceNodes, add_networks_and_volumes, diverged_networks
from wtc.planner.orphans import add_orphan_removals
from wtc.planner.plan_builder import PlanBuilder
from wtc.planner.reconcile import Action, ContainerDecision, namespace_owners, reconcile, referenced_containers
from wtc.planner.volumes.anonymous_volumes import inherited_volumes, new_volumes

MANY_NETWORKS_API = (1, 44)
"""The first API version that attaches more than one network when it creates a container."""


def plan_up(desired: Desired, observed: Observed, options: UpOptions) -> Plan:
    """Plan containers, networks and volumes. The images exist by then (`plan_images`).

    Raises:
        ConflictError: see `check_names`.
        WtcError: see `check_names` and `check_shared`.
    """
    check_names(desired, observed, building=not options.no_build)
    check_shared(desired, observed, starting=not options.no_start)
    return _Up(desired, observed, options).plan()


class _Up:
    def __init__(self, desired: Desired, observed: Observed, options: UpOptions) -> None:
        self.desired, self.observed, self.options = desired, observed, options
        self.builder = PlanBuilder()
        self.decisions: dict[str, list[ContainerDecision]] = {}
        self.renewed: dict[str, str] = {}
        """Network name -> why it is recreated."""
        self.made = ResourceNodes()
        self.orphan_removals: dict[str, int] = {}
        """Container id -> the node that removes the container."""
        self.tidied: dict[str, int] = {}
        """Container name -> the node that cleans up after an interrupted run."""
        self.created: dict[str, list[int]] = {}
        """Container name -> the nodes after which the new container is complete."""
        self.stopped: dict[str, list[int]] = {}
        self.freed_ports = FreedPorts()
        self.settled: dict[str, int] = {}
        """Container name -> the node after which the new container has this name."""
        self.started: dict[str, int] = {}
        self.waits: dict[tuple[str, Condition, bool], int] = {}
        """(container name, condition, whether it is required) -> the node that waits."""

    def plan(self) -> Plan:
        self.orphan_removals = add_orphan_removals(self.desired, self.observed, self.options, self.builder)
        self.freed_ports.add(self.observed.containers, self.orphan_removals)
        self.renewed = diverged_networks(self.desired, self.observed, self.orphan_removals, self.builder)
        self.decisions = reconcile(self.desired, self.observed, self.options, self.renewed)
        flat = [d for service in self.decisions.values() for d in service]
        for decision in flat:
            self._tidy(decision)
        removed: dict[str, int] = {}
        if self.renewed:
            for decision in reversed(flat):
                self._stop(decision)
            for name, cause in self.renewed.items():
                removed[name] = self._remove_network(name, cause, flat)
        self.made = add_networks_and_volumes(self.desired, self.observed, self.builder, removed)
        for decision in flat:
            if not self._takes_over(decision):
                self._create(decision)
        for decision in reversed(flat):
            self._stop(decision)
        for service in self.desired.services.values():
            for decision in self.decisions[service.name]:
                self._create(decision)
                self._replace(decision)
                self._start(decision)
        if not (self.options.no_start or self.options.no_wait):
            self._wait_for_all()
        add_image_removals(self.desired.namespace, self.observed, flat, self.settled, self.builder)
        return self.builder.plan()

    def _takes_over(self, decision: ContainerDecision) -> bool:
        """Return whether it shares namespaces or volumes of a container that is created or recreated first."""
        names = referenced_containers(decision.spec)
        actions = {d.spec.name: d.action for service in self.decisions.values() for d in service}
        return any(actions.get(name) in {Action.CREATE, Action.RECREATE} for name in names)

    def _tidy(self, decision: ContainerDecision) -> None:
        """Remove an unusable replacement of an interrupted run, or rename one whose old container is gone."""
        name, service = decision.spec.name, decision.spec.service
        if decision.stale is not None:
            remove = RemoveContainer(container=_ref(decision.stale))
            self.tidied[name] = self.builder.add(remove, "an interrupted run left it", service=service)
        elif decision.adopted and decision.current is not None:
            rename = RenameContainer(container=_ref(decision.current), name=name)
            self.tidied[name] = self.builder.add(rename, "an interrupted run left it", service=service)

    def _create(self, decision: ContainerDecision) -> None:
        spec, current = decision.spec, decision.current
        if decision.action not in {Action.CREATE, Action.RECREATE} or spec.name in self.created:
            return
        if decision.ready is not None:
            self.created[spec.name] = []
            return
        name = spec.name if decision.action is Action.CREATE else replacement_name(spec.name)
        needs = [self.tidied.get(spec.name)]
        # The engine looks up a network when the container starts. One that is recreated has its old name until then.
        needs += [self.made.networks.get(n) for n in spec.config.networks if n in self.renewed]
        needs += [self.made.volumes.get(m.source) for m in spec.config.volumes]
        needs += [self.settled.get(n) for n in sorted(referenced_containers(spec))]
        networks = tuple(sorted(spec.config.networks, key=lambda n: -spec.config.networks[n].priority))
        at_once = networks if self.observed.api_version >= MANY_NETWORKS_API else networks[:1]
        renew = self.options.renew_anonymous_volumes
        inherited = () if renew else inherited_volumes(spec, current, self.observed, self.desired.namespace)
        create = CreateContainer(
            name=name,
            spec=spec,
            networks=at_once,
            replaces=_ref(current) if current else None,
            inherited_volumes=inherited,
            anonymous_volumes=new_volumes(spec, self.observed, inherited),
        )
        node = self.builder.add(create, decision.cause, service=spec.service, after=needs)
        nodes = [node]
        ref = ContainerRef(name=name)
        for network in networks[len(at_once) :]:
            connect = ConnectNetwork(container=ref, network=network, attachment=spec.config.networks[network])
            before = [nodes[-1], self.made.networks.get(network)]
            nodes.append(self.builder.add(connect, "it is on this network too", service=spec.service, after=before))
        if spec.files:
            inject = InjectFiles(container=ref, files=spec.files)
            nodes.append(self.builder.add(inject, "its secrets and configs", service=spec.service, after=[nodes[-1]]))
        self.created[spec.name] = nodes[-1:]

    def _stop(self, decision: ContainerDecision) -> None:
        """Stop a container that is restarted or recreated, after its replacement is created and its dependents stop."""
        spec, current = decision.spec, decision.current
        if current is None or decision.action not in {Action.RECREATE, Action.RESTART} or spec.name in self.stopped:
            return
        after = list(self.created.get(spec.name, []))
        for other, how in ((s, s.depends_on.get(spec.service)) for s in self.desired.services.values()):
            if how is not None and (how.restart or self._shares(other.name, spec.name)):
                after += [n for d in self.decisions[other.name] for n in self.stopped.get(d.spec.name, [])]
        self.stopped[spec.name] = []
        if current.state in RUNNING_STATES:
            ref = _ref(current)
            hooks = spec.config.pre_stop if current.state == "running" else ()
            after = self.builder.add_hooks(ref, hooks, "pre_stop", service=spec.service, after=after)
            stop = StopContainer(container=ref, timeout_s=self.options.stop_timeout_s)
            node = self.builder.add(stop, decision.cause, service=spec.service, after=after)
            self.stopped[spec.name] = [node]
            self.freed_ports.add([current], {current.id: node})

    def _shares(self, service: str, container: str) -> bool:
        return any(container in referenced_containers(d.spec) for d in self.decisions[service])

    def _remove_network(self, name: str, cause: str, flat: list[ContainerDecision]) -> int:
        after: list[int | None] = [
            self.orphan_removals[c.id] for c in self.observed.containers if c.id in self.orphan_removals
        ]
        for decision in flat:
            current, key = decision.current, decision.spec.name
            after.append(self.tidied.get(key))
            if current is None or name not in current.networks:
                continue
            leave = DisconnectNetwork(container=_ref(current), network=name)
            before = [*self.stopped.get(key, []), self.tidied.get(key)]
            after.append(self.builder.add(leave, "the network is recreated", service=current.service, after=before))
        remove = RemoveNetwork(name=name, id=self.observed.networks[name].id)
        return self.builder.add(remove, cause, after=after)

    def _replace(self, decision: ContainerDecision) -> None:
        """Remove the old container and rename the replacement."""
        spec = decision.spec
        if decision.action is not Action.RECREATE:
            if created := self.created.get(spec.name):
                self.settled[spec.name] = created[-1]
            return
        after = [*self.created.get(spec.name, []), *self.stopped.get(spec.name, [])]
        if decision.current is not None:
            remove = RemoveContainer(container=_ref(decision.current))
            after = [self.builder.add(remove, decision.cause, service=spec.service, after=after)]
        ready = ContainerRef(name=replacement_name(spec.name), id=decision.ready.id if decision.ready else "")
        rename = RenameContainer(container=ready, name=spec.name)
        self.settled[spec.name] = self.builder.add(rename, decision.cause, service=spec.service, after=after)

    def _start(self, decision: ContainerDecision) -> None:
        spec = decision.spec
        if decision.action is Action.KEEP or self.options.no_start:
            return
        current = decision.current
        made = decision.action in {Action.CREATE, Action.RECREATE}
        ref = ContainerRef(name=spec.name) if made or current is None else _ref(current)
        after: list[int | None] = [self.settled.get(spec.name), *self.stopped.get(spec.name, [])]
        after += [self.made.networks.get(n) for n in spec.config.networks]
        # A namespace can be joined only while the container that owns it runs, with `--no-deps` too.
        after += [self.started.get(name) for name in sorted(namespace_owners(spec))]
        after += self.freed_ports.before_start(spec)
        for network in decision.reconnect:
            connect = ConnectNetwork(container=ref, network=network, attachment=spec.config.networks[network])
            before = [self.made.networks.get(network), *self.stopped.get(spec.name, [])]
            after.append(self.builder.add(connect, decision.cause, service=spec.service, after=before))
        node = self.builder.add(
            StartContainer(container=ref), decision.cause, service=spec.service, after=[*after, *self._needs(spec)]
        )
        hooks = spec.config.post_start
        nodes = self.builder.add_hooks(ref, hooks, "post_start", service=spec.service, after=[node])
        self.started[spec.name] = nodes[-1]

    def _needs(self, spec: ContainerSpec) -> list[int | None]:
        """Return the nodes after which the `depends_on` conditions of the service hold."""
        if self.options.no_deps:
            return []
        nodes: list[int | None] = []
        for name, how in self.desired.services[spec.service].depends_on.items():
            for decision in self.decisions.get(name, []):
                match how.condition:
                    case "service_healthy":
                        nodes.append(self._wait(decision, Condition.HEALTHY, spec.service, required=how.required))
                    case "service_completed_successfully":
                        nodes.append(self._wait(decision, Condition.COMPLETED, spec.service, required=how.required))
                    case _:
                        nodes.append(self.started.get(decision.spec.name))
        return nodes

    def _wait(
        self, decision: ContainerDecision, condition: Condition, dependent: str, *, required: bool = True
    ) -> int | None:
        name = decision.spec.name
        if _has_condition(decision, condition):
            return None
        if (name, condition, required) not in self.waits:
            ref = ContainerRef(name=name) if decision.action in {Action.CREATE, Action.RECREATE} else _ref_of(decision)
            wait = WaitContainer(
                container=ref,
                condition=condition,
                timeout_s=self.options.wait_timeout_s,
                required=required,
                resumed=decision.action is Action.START and _is_paused(decision),
            )
            cause = f"`{dependent}` depends on it" if dependent else "`up` waits for it"
            after = [self.started.get(name)]
            node = self.builder.add(wait, cause, service=decision.spec.service, after=after)
            self.waits[name, condition, required] = node
        return self.waits[name, condition, required]

    def _wait_for_all(self) -> None:
        waited = {name for name, condition, _ in self.waits if condition in {Condition.COMPLETED, Condition.HEALTHY}}
        for service, decisions in self.decisions.items():
            required = self._must_get_ready(service)
            for decision in decisions:
                if decision.spec.name in waited:
                    continue
                if decision.action is Action.KEEP and decision.current and decision.current.state == "exited":
                    continue
                self._wait(decision, Condition.READY, "", required=required)

    def _must_get_ready(self, service: str) -> bool:
        """Return whether `up` fails if the service does not get ready: not if all that wait for it are optional."""
        required = [
            how.required
            for other in self.desired.services.values()
            if (how := other.depends_on.get(service)) is not None and how.condition != "service_started"
        ]
        return not required or any(required)


def _has_condition(decision: ContainerDecision, condition: Condition) -> bool:
    """Return whether a container that is kept already meets the condition."""
    current = decision.current
    if decision.action is not Action.KEEP or current is None:
        return False
    running = current.state == "running"
    match condition:
        case Condition.COMPLETED:
            return current.state == "exited" and current.exit_code == 0
        case Condition.HEALTHY:
            return running and current.health == "healthy"
        case Condition.READY:
            return running and current.health in {"", "healthy"}
        case Condition.STARTED:
            return running


def _is_paused(decision: ContainerDecision) -> bool:
    return decision.current is not None and decision.current.state == "paused"


def _ref(container: ObservedContainer) -> ContainerRef:
    return ContainerRef(name=container.name, id=container.id)


def _ref_of(decision: ContainerDecision) -> ContainerRef:
    return _ref(decision.current) if decision.current else ContainerRef(name=decision.spec.name)
