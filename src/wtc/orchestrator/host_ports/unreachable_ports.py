"""Report published ports that this machine cannot reach, because the engine is on another one."""

import shlex
from collections.abc import Iterable, Iterator

from wtc.errors import EngineUnreachableError
from wtc.events import Reporter, warn
from wtc.model.ports import single_port
from wtc.planner.addresses import connect_address, tunnel_command
from wtc.static_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wtc.model.desired import Desired
    from wtc.orchestrator.context.target import Target


def warn_of_unreachable_ports(target: "Target", published: Iterable[tuple[str, str, int]], report: Reporter) -> None:
    """Warn, with the command to reach them, of ports bound to the loopback interface of another machine.

    `published`: (service, address, host port) of TCP ports.
    """
    from wtc.engine.client.endpoint import choose_endpoint

    try:
        endpoint = choose_endpoint(context=target.context, environment=target.environment)
    except EngineUnreachableError:
        return
    hidden = sorted(one for one in published if connect_address(one[1], endpoint.host) is None)
    if not hidden:
        return
    services = ", ".join(f"`{service}`" for service in dict.fromkeys(service for service, _, _ in hidden))
    command = tunnel_command(ssh_destination(endpoint.address), ((address, port) for _, address, port in hidden))
    warn(
        report,
        f"the ports of {services} are bound to the loopback address of `{endpoint.host}`, so they are not reached here",
        hint=f"to reach them on this machine, run `{command}`",
    )


def tcp_ports(desired: "Desired") -> Iterator[tuple[str, str, int]]:
    """Yield (service, address, host port) of each TCP port that the stack publishes. Pure."""
    for service in desired.services.values():
        for spec in service.containers:
            for port in spec.config.ports:
                if port.protocol == "tcp" and (number := single_port(port.published)):
                    yield service.name, port.host_ip, number


def ssh_destination(address: str) -> str:
    """Return the arguments of ssh that name the engine's machine. `address`: `ssh://USER@HOST:PORT`, or TCP. Pure."""
    from urllib.parse import urlsplit

    parts = urlsplit(address)
    if parts.scheme != "ssh":
        return shlex.quote(parts.hostname or "")
    user = f"{parts.username}@" if parts.username else ""
    port = f"-p {parts.port} " if parts.port else ""
    return port + shlex.quote(f"{user}{parts.hostname}")
