"""Endpoints, and ports of processes on the host, as table rows and as JSON."""

from collections.abc import Iterable

from wtc.cli.render.replica_name import replica_name
from wtc.model.ports import Endpoint, HostPort, format_url
from wtc.static_typing import Any

LOOPBACK = "127.0.0.1"


def endpoint_rows(endpoints: Iterable[Endpoint]) -> list[list[str]]:
    """Return rows of service, container port and URL."""
    return [
        [replica_name(e.id.service, e.id.number), f"{e.id.target}/{e.id.protocol}", endpoint_url(e)] for e in endpoints
    ]


def host_port_rows(ports: Iterable[HostPort]) -> list[list[str]]:
    """Return rows of name, variable and address. What listens is not known, so that the address is not a URL."""
    return [[port.name, port.variable, f"{LOOPBACK}:{port.port}"] for port in ports]


def host_port_document(port: HostPort) -> dict[str, Any]:
    """Return a port of the host as JSON."""
    return {"name": port.name, "variable": port.variable, "port": port.port}


def endpoint_url(endpoint: Endpoint) -> str:
    """Return the endpoint's URL, for example `http://127.0.0.1:21043`."""
    return format_url(endpoint.host, endpoint.port, endpoint.id.target, endpoint.id.protocol)


def endpoint_document(endpoint: Endpoint) -> dict[str, Any]:
    """Return the endpoint as JSON."""
    return {
        "service": endpoint.id.service,
        "replica": endpoint.id.number,
        "target": endpoint.id.target,
        "protocol": endpoint.id.protocol,
        "host": endpoint.host,
        "port": endpoint.port,
        "url": endpoint_url(endpoint),
    }
