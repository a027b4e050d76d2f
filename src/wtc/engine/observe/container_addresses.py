"""Find the addresses of container ports for this machine. Source: Engine API, GET /containers/{id}/json."""

import socket
from collections.abc import Collection

from wtc import labels as label
from wtc.dataclass import dataclass
from wtc.engine.client.json_access import Json, get_object, get_text, get_texts, parse_number
from wtc.engine.observe import parse_inspect
from wtc.engine.observe.host_ports import port_bindings
from wtc.engine.observe.snapshot import inspect_container, list_containers
from wtc.model.namespace import Namespace
from wtc.planner.addresses import connect_address
from wtc.planner.observed.ownership import ownership
from wtc.static_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wtc.engine.client.connection import Engine

_ID_LENGTH = 12
"""The length of the engine's short ids, also in the names of bridges."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerAddresses:
    """A container with its names on its networks and its published and exposed TCP ports."""

    service: str
    running: bool
    aliases: tuple[str, ...]
    ports: tuple[int, ...]
    """In ascending order."""
    published: dict[int, tuple[tuple[str, int], ...]]
    """Port -> each (host, port) on which it is published now."""
    own: tuple[str, ...]
    """Its addresses on bridges of this machine; empty unless it runs."""

    def reached_at(self, port: int) -> tuple[tuple[str, int], ...]:
        """Return each (host, port) at which this machine reaches a port of the container now."""
        return (*self.published.get(port, ()), *((address, port) for address in self.own)) if self.running else ()


def container_addresses(engine: "Engine", namespace: Namespace, *, service: str = "") -> tuple[ContainerAddresses, ...]:
    """Return the containers of a stack or of one of its services, by service and name, without one-off containers."""
    wanted = [f"{label.PROJECT}={namespace.name}", *([f"{label.SERVICE}={service}"] if service else [])]
    listed = [parse_inspect.parse_listed_container(summary) for summary in list_containers(engine, *wanted)]
    own = [c for c in listed if ownership(c, namespace).own and not c.oneoff]
    # Not in a pool: its threads would keep the process running while the engine does not respond.
    found = [inspect_container(engine, c.id) for c in sorted(own, key=lambda c: (c.service, c.name))]
    bridges = {name for _, name in socket.if_nameindex()}
    return tuple(read_addresses(i, host=engine.host, interfaces=bridges) for i in found if i)


def read_addresses(inspected: Json, *, host: str, interfaces: Collection[str]) -> ContainerAddresses:
    """Read an inspected container. Pure.

    `host` is the engine's machine, `interfaces` are the network interfaces of this one. Only on a bridge that is one of
    them is an address certain to be the container's: elsewhere another machine can have it.
    """
    networks = get_object(inspected, "NetworkSettings", "Networks")
    endpoints = [get_object(networks, name) for name in networks]
    bound = [
        b for b in port_bindings(get_object(inspected, "NetworkSettings", "Ports")) if b.protocol == "tcp" and b.port
    ]
    exposed = {*get_object(inspected, "Config", "ExposedPorts"), *get_object(inspected, "HostConfig", "PortBindings")}
    local = [e for e in endpoints if f"br-{get_text(e, 'NetworkID')[:_ID_LENGTH]}" in interfaces]
    aliases = [alias for endpoint in endpoints for alias in get_texts(endpoint, "Aliases")]
    return ContainerAddresses(
        service=get_text(get_object(inspected, "Config", "Labels"), label.SERVICE),
        running=get_text(get_object(inspected, "State"), "Status") == "running",
        aliases=tuple(a for a in dict.fromkeys(aliases) if a != get_text(inspected, "Id")[:_ID_LENGTH]),
        ports=tuple(sorted(parse_number(key.partition("/")[0]) for key in exposed if key.endswith("/tcp"))),
        published={
            target: tuple(
                dict.fromkeys(
                    (address, b.port)
                    for b in bound
                    if b.target == target and (address := connect_address(b.host_ip, host)) is not None
                )
            )
            for target in {b.target for b in bound}
        },
        own=tuple(a for e in local if (a := get_text(e, "IPAddress") or get_text(e, "GlobalIPv6Address"))),
    )
