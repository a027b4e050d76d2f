"""What a project needs host ports for. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from wtc.model.ports import PortRequest
from wtc.model.project import Project
from wtc.model.service import Service
from wtc.planner.desired.all_services import all_services
from wtc.planner.desired.replicas import replica_count
from wtc.ports.lease_keys import lease_keys

_ANY = ("", "0.0.0.0", "::")


def port_requests(project: Project, scales: Mapping[str, int]) -> tuple[PortRequest, ...]:
    """Each published port of each replica that needs a host port, in an order that no selection changes.

    `scales` is service -> number of replicas, where the command line sets it. A service in the engine's own network
    (`network_mode: host`) publishes nothing. A disabled service needs a port only if an active one uses its variable.
    """
    wanted = _used_by_active(project)
    names = {(variable.service, variable.index): variable.name for variable in project.port_variables}
    alone = (
        request
        for service in all_services(project).values()
        if service.network_mode != "host"
        for number in range(1, replica_count(service, scales) + 1)
        for request in _replica_requests(service, number)
        if service.name not in project.disabled or names.get((service.name, request.index)) in wanted
    )
    return tuple(_share_variables(alone, names))


def _used_by_active(project: Project) -> set[str]:
    """The variables that an active service, or an env file of the project, uses behind an address of the host."""
    return {u.name for u in project.variable_uses if u.address and not (set(u.path[1:2]) & project.disabled)}


def _replica_requests(service: Service, number: int) -> Iterator[PortRequest]:
    keys = lease_keys(service.name, number, ((port.target, port.protocol) for port in service.ports))
    for index, (port, key) in enumerate(zip(service.ports, keys, strict=True)):
        yield PortRequest(
            key=key,
            service=service.name,
            target=port.target,
            protocol=port.protocol,
            number=number,
            index=index,
            host_ip=port.host_ip,
            published=port.published,
        )


def _share_variables(requests: Iterable[PortRequest], names: Mapping[tuple[str, int], str]) -> Iterator[PortRequest]:
    """The requests; those that the file gives one variable or one number share, unless one port cannot serve them both.

    A second replica's ports are its own: the variable and the number are the first one's.
    """
    together: dict[tuple[str, int], tuple[str, list[PortRequest]]] = {}
    for request in requests:
        name = names.get((request.service, request.index), "")
        number = request.published if request.published.isdecimal() and request.published != "0" else ""
        labels = [(label, request.number) for label in (name, number) if label]
        if not labels:
            yield request
            continue
        share, others = next(
            (together[label] for label in labels if label in together), (name or number, list[PortRequest]())
        )
        if any(_overlaps(request, other) for other in others):
            yield request
            continue
        others.append(request)
        for label in labels:
            together.setdefault(label, (share, others))
        yield replace(request, share=share if request.number == 1 else f"{share}:{request.number}")


def _overlaps(one: PortRequest, other: PortRequest) -> bool:
    if one.protocol != other.protocol:
        return False
    addresses = (one.host_ip, other.host_ip)
    same_family = (":" in one.host_ip) == (":" in other.host_ip)
    return one.host_ip == other.host_ip or (same_family and any(address in _ANY for address in addresses))
