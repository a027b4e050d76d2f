"""Endpoints as table rows and as JSON."""

from collections.abc import Iterable
from typing import Any

from wtc.cli.render.replica_name import replica_name
from wtc.model.ports import Endpoint
from wtc.ports.variables import format_url


def endpoint_rows(endpoints: Iterable[Endpoint]) -> list[list[str]]:
    """Return rows of service, container port and URL."""
    return [
        [replica_name(e.id.service, e.id.number), f"{e.id.target}/{e.id.protocol}", endpoint_url(e)] for e in endpoints
    ]


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
