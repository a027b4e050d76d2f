"""The ports of a project that need a host port. Pure."""

from collections.abc import Iterable, Iterator, Mapping

from wtc.dataclass import replace
from wtc.model.ports import PortRequest, single_port
from wtc.model.project import Project
from wtc.model.service import Service
from wtc.planner.desired.all_services import all_services
from wtc.planner.desired.port_ids import port_ids
from wtc.planner.desired.replicas import replica_count
from wtc.ports.host_ports import host_port_requests

_ANY = ("", "0.0.0.0", "::")


def port_requests(project: Project, scales: Mapping[str, int]) -> tuple[PortRequest, ...]:
    """Return each published port of each replica, in an order that does not depend on the selected services.

    After them, the ports of `x-wtc:` for processes on the host.

    `scales` is service -> number of replicas, where the command line sets it. A service in the engine's own network
    (`network_mode: host`) publishes nothing. A disabled service needs a port only if an active one uses its variable.

    Raises:
        ComposeFileError: `x-wtc.ports` is not valid.
    """
    wanted = _used_by_active(project)
    names = {(variable.service, variable.index): variable.name for variable in project.port_variables}
    services = [service for service in all_services(project).values() if service.network_mode != "host"]
    alone = (
        request
        for service in services
        for number in range(1, replica_count(service, scales) + 1)
        for request in _replica_requests(service, number, names)
        if service.name not in project.disabled or request.variable in wanted
    )
    of_file = [request for service in services for request in _replica_requests(service, 1, names)]
    return (*_share_ports(alone), *host_port_requests(project, of_file))


def _used_by_active(project: Project) -> set[str]:
    """Return the variables that an active service or an env file of the project uses after an address of the host."""
    return {u.name for u in project.variable_uses if u.address and not (set(u.path[1:2]) & project.disabled)}


def _replica_requests(service: Service, number: int, names: Mapping[tuple[str, int], str]) -> Iterator[PortRequest]:
    ids = port_ids(service.name, number, service.ports)
    for index, (port, port_id) in enumerate(zip(service.ports, ids, strict=True)):
        yield PortRequest(
            id=port_id,
            index=index,
            host_ip=port.host_ip,
            published=port.published,
            variable=names.get((service.name, index), ""),
        )


def _share_ports(requests: Iterable[PortRequest]) -> Iterator[PortRequest]:
    """Return the requests; those with one variable or one number share a port, unless one port cannot serve both.

    A replica shares with its own number alone: the variable and the number of the file are those of the first one.
    """
    together: dict[tuple[str | int, int], tuple[str, list[PortRequest]]] = {}
    for request in requests:
        replica, published = request.id.number, single_port(request.published)
        labels = [(label, replica) for label in (request.variable, published) if label]
        if not labels:
            yield request
            continue
        share, others = next(
            (together[label] for label in labels if label in together),
            (request.variable or str(published), list[PortRequest]()),
        )
        if any(_overlaps(request, other) for other in others):
            yield request
            continue
        others.append(request)
        for label in labels:
            together.setdefault(label, (share, others))
        yield replace(request, share=share if replica == 1 else f"{share}:{replica}")


def _overlaps(one: PortRequest, other: PortRequest) -> bool:
    if one.id.protocol != other.id.protocol:
        return False
    addresses = (one.host_ip, other.host_ip)
    same_family = (":" in one.host_ip) == (":" in other.host_ip)
    return one.host_ip == other.host_ip or (same_family and any(address in _ANY for address in addresses))
