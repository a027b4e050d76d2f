"""Find host ports that are held by containers or by other programs of this machine."""

from collections.abc import Iterable, Iterator, Sequence

from wtc.dataclass import replace
from wtc.engine.client.json_access import Json, get_number, get_object, get_objects, get_text, parse_number
from wtc.model.observed import PROCESS_STATES
from wtc.model.ports import PortBinding


def requested_ports(inspected: Json) -> tuple[PortBinding, ...]:
    """Return the ports that a container was created to publish; if it is running, those of them that are published.

    A range or an empty host port has port 0 until the engine has chosen a port. A running container in a network that
    publishes no ports (the host's, an internal one) has none.
    """
    requested = port_bindings(get_object(inspected, "HostConfig", "PortBindings"))
    if get_text(get_object(inspected, "State"), "Status") not in PROCESS_STATES:
        return requested
    bound = port_bindings(get_object(inspected, "NetworkSettings", "Ports"))
    return tuple(_published(requested, bound))


def port_bindings(found: Json) -> tuple[PortBinding, ...]:
    """Parse the engine's map of `80/tcp` -> bindings."""
    return tuple(_binding(key, binding) for key in found for binding in get_objects(found, key))


def listed_ports(summary: Json) -> tuple[PortBinding, ...]:
    """Return the ports that a running container publishes; one port for the bindings of both address families."""
    found: dict[tuple[int, str, int], PortBinding] = {}
    for one in listed_bindings(summary):
        found.setdefault(_port_key(one), one)
    return tuple(sorted(found.values(), key=lambda p: (p.target, p.protocol, p.port)))


def listed_bindings(summary: Json) -> list[PortBinding]:
    """Return each host address and port that a running container is bound to."""
    return [
        PortBinding(
            target=get_number(entry, "PrivatePort"),
            protocol=get_text(entry, "Type"),
            host_ip=get_text(entry, "IP"),
            port=get_number(entry, "PublicPort"),
        )
        for entry in get_objects(summary, "Ports")
        if get_number(entry, "PublicPort")
    ]


def taken_ports(
    wanted: Iterable[PortBinding], held: Iterable[PortBinding], *, this_machine: bool
) -> tuple[PortBinding, ...]:
    """Return the wanted ports that are held by a container; on `this_machine`, also by any other program."""
    from wtc.planner.checks.port_overlap import bindings_overlap
    from wtc.port_probe import is_bindable

    others = list(held)

    def is_taken(port: PortBinding) -> bool:
        by_container = any(bindings_overlap(port, other) for other in others)
        return by_container or (this_machine and not is_bindable(port.port, port.protocol, port.host_ip))

    return tuple(port for port in wanted if port.port and is_taken(port))


def _published(requested: Sequence[PortBinding], bound: Sequence[PortBinding]) -> Iterator[PortBinding]:
    """Yield each requested port that is bound, with its number, in the order of `requested`."""
    bound_keys = {_port_key(port) for port in bound}
    requested_keys = {_port_key(port) for port in requested}
    chosen = [port for port in bound if _port_key(port) not in requested_keys]
    for one in requested:
        if one.port:
            if _port_key(one) in bound_keys:
                yield one
            continue
        of_target = [c for c in chosen if (c.target, c.protocol) == (one.target, one.protocol)]
        if found := next((c for c in of_target if c.host_ip == one.host_ip), next(iter(of_target), None)):
            # An empty address is bound in both families, with the same port.
            chosen = [c for c in chosen if _port_key(c) != _port_key(found)]
            yield replace(one, port=found.port)


def _port_key(port: PortBinding) -> tuple[int, str, int]:
    return port.target, port.protocol, port.port


def _binding(key: str, binding: Json) -> PortBinding:
    target, _, protocol = key.partition("/")
    return PortBinding(
        target=parse_number(target),
        protocol=protocol or "tcp",
        host_ip=get_text(binding, "HostIp"),
        port=get_number(binding, "HostPort"),
    )
