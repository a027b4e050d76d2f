"""What a project needs host ports for. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from wtc.model.ports import PortRequest
from wtc.model.project import Project
from wtc.model.service import Service
from wtc.ports.lease_keys import lease_keys

_ANY = ("", "0.0.0.0", "::")


def port_requests(project: Project, scales: Mapping[str, int]) -> tuple[PortRequest, ...]:
    """Each published port of each replica, in the project's order.

    `scales` is service -> number of replicas, where the command line sets it. A service in the engine's own network
    (`network_mode: host`) publishes nothing.
    """
    alone = (
        request
        for service in project.services.values()
        if service.network_mode != "host"
        for number in range(1, scales.get(service.name, _replicas(service)) + 1)
        for request in _replica_requests(service, number)
    )
    return tuple(_share_variables(alone, project))


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


def _share_variables(requests: Iterable[PortRequest], project: Project) -> Iterator[PortRequest]:
    """The requests; those that the file names by one variable share, unless one port cannot serve them both."""
    names = {(variable.service, variable.index): variable.name for variable in project.port_variables}
    together: dict[str, list[PortRequest]] = {}
    for request in requests:
        name = names.get((request.service, request.index))
        if name is None:
            yield request
            continue
        # A second replica's ports are its own: the variable is the first one's.
        share = name if request.number == 1 else f"{name}:{request.number}"
        others = together.setdefault(share, [])
        if any(_overlaps(request, other) for other in others):
            yield request
        else:
            others.append(request)
            yield replace(request, share=share)


def _overlaps(one: PortRequest, other: PortRequest) -> bool:
    if one.protocol != other.protocol:
        return False
    addresses = (one.host_ip, other.host_ip)
    same_family = (":" in one.host_ip) == (":" in other.host_ip)
    return one.host_ip == other.host_ip or (same_family and any(address in _ANY for address in addresses))


def _replicas(service: Service) -> int:
    if service.scale is not None:
        return service.scale
    if service.deploy is not None and service.deploy.replicas is not None:
        return service.deploy.replicas
    return 1
