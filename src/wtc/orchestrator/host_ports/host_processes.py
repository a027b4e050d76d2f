"""Lease ports for processes on the host, for `up --ports fixed`: the file has no numbers for them."""

from collections.abc import Collection

from wtc.model.project import Project
from wtc.orchestrator.context.context import Context
from wtc.orchestrator.host_ports.leases import StackPorts, ports_of_others, report_leases
from wtc.ports.leases import lease_host_ports
from wtc.ports.requests import port_requests
from wtc.settings.settings import BIND, PORT_RANGE


def lease_for_host_processes(context: Context, project: Project, *, busy: Collection[int] = ()) -> None:
    """Lease the ports of `x-wtc.ports` alone, on the context's engine. Leases that move are reported.

    Raises:
        WtcError: the registry cannot be written, or no port is left.
    """
    from wtc.port_probe import is_bindable

    requests = tuple(request for request in port_requests(project, {}) if request.id.of_host)
    if not requests:
        return
    settings, probe = context.state.settings_for(project), context.engine.host_is_local
    bind = settings.of(BIND).value
    given = lease_host_ports(
        context.state.store,
        context.namespace,
        requests,
        span=settings.of(PORT_RANGE).value,
        bind=bind,
        busy=ports_of_others(context, project, busy=busy),
        free=lambda request, port: not probe or is_bindable(port, request.transport, bind),
    )
    ports = StackPorts(requests=requests, leased=given.ports, moved=given.moved, warnings=given.warnings)
    report_leases(context.report, ports)
