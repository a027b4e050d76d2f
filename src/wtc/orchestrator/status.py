"""`status`: one worktree's services against its compose file."""

from contextlib import suppress

from wtc.dataclass import dataclass
from wtc.events import Reporter
from wtc.model.namespace import Namespace
from wtc.model.ports import Endpoint, HostPort
from wtc.orchestrator.context.context import Context
from wtc.orchestrator.context.target import Target
from wtc.orchestrator.kept.ports_as_json import decode_endpoints, encode_endpoints
from wtc.orchestrator.kept.unchanged_stack import is_unchanged, stack_facts
from wtc.orchestrator.ports import leased_host_ports
from wtc.static_typing import Any

_PURPOSE = "status"
"""The purpose under which a result is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceStatus:
    """One observed replica. `state` is the engine's, or `absent`; `diverged` is why `up` would change it."""

    service: str
    number: int
    container: str
    state: str
    health: str
    exit_code: int
    diverged: str
    endpoints: tuple[Endpoint, ...]

    @property
    def well(self) -> bool:
        """Whether the replica is up, or has ended successfully. A missing healthcheck counts as healthy."""
        return (self.state == "running" and self.health in {"", "healthy"}) or (
            self.state == "exited" and self.exit_code == 0
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusResult:
    """The stack's services in dependency order, then the containers whose services are not in the file.

    And the ports that are leased to processes on the host.
    """

    namespace: Namespace
    services: tuple[ServiceStatus, ...]
    host_ports: tuple[HostPort, ...]


def status(target: Target, report: Reporter) -> StatusResult:
    """Compare the stack with its compose file. Changes nothing.

    Raises:
        WtcError: the compose file cannot be used, or no engine answers.
    """
    with Context(target, report) as context:
        found = context.kept.find(_PURPOSE)
        if found is not None and is_unchanged(context, found, found.value["facts"], creates=False):
            with suppress(KeyError, TypeError, ValueError):
                return _result(context, _decoded(found.value["services"]))
        from wtc.orchestrator.session.compare import compare_stack

        services, desired, observed = compare_stack(context)
        facts = stack_facts(context, desired, observed, creates=False)
        if facts is not None:
            value = {"facts": facts, "services": _encoded(services)}
            context.kept.keep(context.namespace.name, context.located, _PURPOSE, value)
        return _result(context, services)


def _result(context: Context, services: tuple[ServiceStatus, ...]) -> StatusResult:
    record = context.state.store.peek().stacks.get(context.namespace.name)
    leased = leased_host_ports(record.ports) if record else ()
    return StatusResult(namespace=context.namespace, services=services, host_ports=leased)


def _encoded(services: tuple[ServiceStatus, ...]) -> Any:
    return [
        [s.service, s.number, s.container, s.state, s.health, s.exit_code, s.diverged, encode_endpoints(s.endpoints)]
        for s in services
    ]


def _decoded(value: Any) -> tuple[ServiceStatus, ...]:
    return tuple(
        ServiceStatus(
            service=service,
            number=number,
            container=container,
            state=state,
            health=health,
            exit_code=exit_code,
            diverged=diverged,
            endpoints=decode_endpoints(endpoints),
        )
        for service, number, container, state, health, exit_code, diverged, endpoints in value
    )
