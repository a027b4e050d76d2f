"""Which host ports are held: by containers, or by some program of this machine."""

import errno
import socket
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from wtc.engine.client.json_access import Json, get_number, get_object, get_objects, get_text
from wtc.model.observed import PublishedPort
from wtc.planner.checks.port_overlap import addresses_overlap


def requested_ports(inspected: Json) -> tuple[PublishedPort, ...]:
    """What a container was created to publish; if it runs, what is published of that.

    A range or an empty host port has port 0 until the engine has chosen a port. A container in a network that
    publishes nothing (the host's, an internal one) has no ports while it runs.
    """
    asked = port_bindings(get_object(inspected, "HostConfig", "PortBindings"))
    if get_text(get_object(inspected, "State"), "Status") not in {"running", "paused"}:
        return asked
    bound = port_bindings(get_object(inspected, "NetworkSettings", "Ports"))
    return tuple(_published(asked, bound))


def port_bindings(found: Json) -> tuple[PublishedPort, ...]:
    """From the engine's map of `80/tcp` -> where it is bound."""
    return tuple(_binding(key, binding) for key in found for binding in get_objects(found, key))


def listed_ports(summary: Json) -> tuple[PublishedPort, ...]:
    """What a running container publishes; addresses of both families are one port."""
    found: dict[tuple[int, str, int], PublishedPort] = {}
    for one in listed_bindings(summary):
        found.setdefault(_number(one), one)
    return tuple(sorted(found.values(), key=lambda p: (p.target, p.protocol, p.port)))


def listed_bindings(summary: Json) -> list[PublishedPort]:
    """Each host address and port that a running container has."""
    return [
        PublishedPort(
            target=get_number(entry, "PrivatePort"),
            protocol=get_text(entry, "Type"),
            host_ip=get_text(entry, "IP"),
            port=get_number(entry, "PublicPort"),
        )
        for entry in get_objects(summary, "Ports")
        if get_number(entry, "PublicPort")
    ]


def taken_ports(
    wanted: Iterable[PublishedPort], held: Iterable[PublishedPort], *, this_machine: bool
) -> tuple[PublishedPort, ...]:
    """Those that a container holds; on `this_machine` also those that some program holds."""
    others = list(held)
    return tuple(
        w for w in wanted if w.port and (any(_overlaps(w, h) for h in others) or (this_machine and not _bindable(w)))
    )


def _published(asked: Sequence[PublishedPort], bound: Sequence[PublishedPort]) -> Iterator[PublishedPort]:
    """Each port that was asked for and is bound, with its number, in the order of `asked`."""
    there = {_number(port) for port in bound}
    named = {_number(port) for port in asked}
    chosen = [port for port in bound if _number(port) not in named]
    for one in asked:
        if one.port:
            if _number(one) in there:
                yield one
            continue
        of_target = [c for c in chosen if (c.target, c.protocol) == (one.target, one.protocol)]
        if found := next((c for c in of_target if c.host_ip == one.host_ip), next(iter(of_target), None)):
            # An empty address is bound in both families, with one number.
            chosen = [c for c in chosen if _number(c) != _number(found)]
            yield replace(one, port=found.port)


def _number(port: PublishedPort) -> tuple[int, str, int]:
    return port.target, port.protocol, port.port


def _binding(key: str, binding: Json) -> PublishedPort:
    target, _, protocol = key.partition("/")
    return PublishedPort(
        target=int(target),
        protocol=protocol or "tcp",
        host_ip=get_text(binding, "HostIp"),
        port=get_number(binding, "HostPort"),
    )


def _overlaps(one: PublishedPort, other: PublishedPort) -> bool:
    same = (one.port, one.protocol) == (other.port, other.protocol)
    return same and addresses_overlap(one.host_ip, other.host_ip)


def _bindable(port: PublishedPort) -> bool:
    """A try, at once undone. SCTP cannot be tried everywhere and passes."""
    if port.protocol not in {"tcp", "udp"}:
        return True
    family = socket.AF_INET6 if ":" in port.host_ip else socket.AF_INET
    kind = socket.SOCK_DGRAM if port.protocol == "udp" else socket.SOCK_STREAM
    with socket.socket(family, kind) as probe:
        if port.protocol == "tcp":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((port.host_ip or "0.0.0.0", port.port))
        except OSError as error:
            return error.errno != errno.EADDRINUSE
    return True
