"""The ports that a project asks for, as `env` keeps them: ids, addresses and the names of variables."""

from collections.abc import Sequence

from wtc.model.ports import Endpoint, HostPort, PortId, PortRequest
from wtc.static_typing import Any


def encode_requests(requests: Sequence[PortRequest]) -> Any:
    """Return the requests as JSON, without the ports that the file names."""
    return [[*encode_port(r.id), r.index, r.host_ip, r.variable] for r in requests]


def decode_requests(value: Any) -> tuple[PortRequest, ...]:
    """Return the requests. Raises: ValueError or TypeError if the value is not what `encode_requests` returns."""
    return tuple(
        PortRequest(id=decode_port(port), index=index, host_ip=host_ip, variable=variable)
        for *port, index, host_ip, variable in value
    )


def encode_endpoints(endpoints: Sequence[Endpoint]) -> Any:
    """Return the endpoints as JSON."""
    return [[*encode_port(e.id), e.host, e.port] for e in endpoints]


def decode_endpoints(value: Any) -> tuple[Endpoint, ...]:
    """Return the endpoints. Raises: ValueError or TypeError if the value is not what `encode_endpoints` returns."""
    return tuple(Endpoint(id=decode_port(port), host=host, port=number) for *port, host, number in value)


def encode_host_ports(ports: Sequence[HostPort]) -> Any:
    """Return the ports of processes on the host as JSON."""
    return [[port.name, port.variable, port.port] for port in ports]


def decode_host_ports(value: Any) -> tuple[HostPort, ...]:
    """Return the ports. Raises: ValueError or TypeError if the value is not what `encode_host_ports` returns."""
    return tuple(HostPort(name=name, variable=variable, port=port) for name, variable, port in value)


def encode_port(port: PortId) -> list[Any]:
    """Return the id as JSON."""
    return [port.service, port.number, port.target, port.protocol, port.entry]


def decode_port(value: Sequence[Any]) -> PortId:
    """Return the id. Raises: ValueError if the value is not what `encode_port` returns."""
    service, number, target, protocol, entry = value
    return PortId(service=service, number=number, target=target, protocol=protocol, entry=entry)
