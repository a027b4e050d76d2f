"""Plan to stop the running containers of a stack, and to start the same containers again. Pure."""

from collections.abc import Collection

from wtc.dataclass import replace
from wtc.model.observed import ACTIVE_STATES, Observed, ObservedContainer
from wtc.model.plan import Plan
from wtc.model.service import Dependency
from wtc.planner.lifecycle import ServiceHooks, labelled_dependencies, plan_start, plan_stop


def suspendable_containers(observed: Observed) -> list[ObservedContainer]:
    """Return the containers that can be stopped and started again without losing anything.

    Not paused containers, which would lose their memory, nor one-off containers, which may be removed when they stop.
    """
    return [c for c in observed.containers if c.state in ACTIVE_STATES and not c.oneoff]


def plan_suspend(observed: Observed) -> Plan:
    """Stop the active containers, dependents first."""
    return plan_stop(replace(observed, containers=tuple(suspendable_containers(observed))), {})


def plan_resume(observed: Observed, stopped: Collection[str]) -> Plan:
    """Start these containers (ids) if they do not run, dependencies first, and no other container."""
    containers = [c for c in observed.containers if c.id in stopped]
    services = {c.service for c in containers}
    declared = {c.service: ServiceHooks(depends_on=_dependencies(c, services)) for c in containers}
    return plan_start(replace(observed, containers=tuple(containers)), declared)


def _dependencies(container: ObservedContainer, among: Collection[str]) -> dict[str, Dependency]:
    return {name: how for name, how in labelled_dependencies(container).items() if name in among}
