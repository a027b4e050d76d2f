"""The environment of the stack's services for a process on the host: `localhost` and leased ports for their names."""

from collections.abc import Iterator, Mapping, Sequence

from wtc.events import Reporter, warn
from wtc.model.ports import PortId, PortRequest
from wtc.model.project import Project
from wtc.model.service import Service
from wtc.orchestrator.context.context import Context
from wtc.orchestrator.context.resolve import read_with_ports
from wtc.orchestrator.context.validate_services import require_declared
from wtc.orchestrator.host_ports.leases import known_stack_ports
from wtc.planner.addresses import connect_address, is_loopback
from wtc.planner.desired.all_services import all_services
from wtc.ports.host_addresses import HostValues, ServiceAddresses, host_values


def host_environment(
    context: Context, leased: Mapping[PortId, int], *, host: str, bind: str, service: str, report: Reporter
) -> dict[str, str]:
    """Return the variables of the services that address other ones, as the host needs them.

    Where services disagree, the first one in the file's order decides. With `service` return its whole environment.
    `host` is the engine's machine to the caller, `bind` the address of ports that name none.

    Raises:
        ComposeFileError: the files cannot be used.
        UsageError: the file has no such service.
    """
    names = (service,) if service else ()
    require_declared(context, names, known=())
    plain = context.projects.read(name=context.namespace.name, services=names)
    ports = known_stack_ports(context, plain)
    project = read_with_ports(context, ports, services=names)
    addresses = service_addresses(project, ports.requests, leased, host=host, bind=bind)
    chosen = [project.services[service]] if service else _in_order(project)
    found = [(one.name, _environment(one)) for one in chosen]
    rewritten = {name: host_values(environment, addresses) for name, environment in found}
    _warn_of_unreached(rewritten, leased, ports.requests, report)
    if service:
        return {**found[0][1], **rewritten[service].values}
    return _merged(rewritten, report)


def service_addresses(
    project: Project, requests: Sequence[PortRequest], leased: Mapping[PortId, int], *, host: str, bind: str
) -> ServiceAddresses:
    """Return where the host reaches the services' TCP ports, by the names that containers use. `leased`: host ports."""
    reached: dict[tuple[str, int], tuple[str, int]] = {}
    for request in requests:
        own, port = request.id, leased.get(request.id)
        address = connect_address(request.host_ip or bind, host)
        if own.protocol == "tcp" and own.number == 1 and port is not None and address is not None:
            shown = "localhost" if is_loopback(address) else address
            reached.setdefault((own.service, own.target), (shown, port))
    services = all_services(project)
    names = {alias: one.name for one in services.values() for net in one.networks.values() for alias in net.aliases}
    return ServiceAddresses(
        services={**names, **project.container_names, **{name: name for name in services}}, reached=reached
    )


def _in_order(project: Project) -> list[Service]:
    places = {name: place for place, name in enumerate(project.order)}
    return sorted(project.services.values(), key=lambda one: places.get(one.name, len(places)))


def _environment(service: Service) -> dict[str, str]:
    return {name: value for name, value in service.environment.items() if value is not None}


def _merged(rewritten: Mapping[str, HostValues], report: Reporter) -> dict[str, str]:
    """Return name -> value of the first service that has it. `rewritten`: service -> its variables, in order."""
    values: dict[str, str] = {}
    chosen: dict[str, str] = {}
    for service, found in rewritten.items():
        for name, value in found.values.items():
            if values.setdefault(name, value) != value:
                first = chosen[name]
                warn(
                    report,
                    f"services `{first}` and `{service}` disagree about `{name}`; that of `{first}` is used",
                    hint=f"to use the environment of one service, run `wtc env --service {service} -- COMMAND`",
                )
            chosen.setdefault(name, service)
    return values


def _warn_of_unreached(
    rewritten: Mapping[str, HostValues], leased: Mapping[PortId, int], requests: Sequence[PortRequest], report: Reporter
) -> None:
    """Warn of variables that address a port which is not published; that a port is not leased yet is said elsewhere."""
    waiting = {(r.id.service, r.id.target) for r in requests if r.id.protocol == "tcp" and r.id not in leased}
    for name, (service, port) in dict(_unreached(rewritten)).items():
        if (service, port) in waiting:
            continue
        what = f"port {port} of service `{service}`" if port else f"service `{service}` without a port"
        warn(
            report,
            f"`{name}` addresses {what}, which the host does not reach",
            hint=f'to publish it, add `ports: ["{port}"]` to service `{service}`' if port else "",
        )


def _unreached(rewritten: Mapping[str, HostValues]) -> Iterator[tuple[str, tuple[str, int]]]:
    for found in rewritten.values():
        yield from found.unreached.items()
