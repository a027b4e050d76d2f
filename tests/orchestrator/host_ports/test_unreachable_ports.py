"""Ports that are bound to the loopback address of another machine."""

import pytest

from wtc.events import Event, Warned
from wtc.orchestrator.context.target import Target
from wtc.orchestrator.host_ports.unreachable_ports import ssh_destination, warn_of_unreachable_ports

PORTS = [("web", "127.0.0.1", 20001), ("db", "0.0.0.0", 20002)]


def warnings(address: str) -> list[tuple[str, str]]:
    events: list[Event] = []
    target = Target(cwd="/w", environment={"DOCKER_HOST": address, "DOCKER_CONFIG": "/nowhere"})
    warn_of_unreachable_ports(target, PORTS, events.append)
    return [(event.diagnostic.message, event.diagnostic.hint) for event in events if isinstance(event, Warned)]


@pytest.mark.parametrize(
    ("address", "host", "destination"),
    [
        ("ssh://me@box", "box", "me@box"),
        ("ssh://box:2222", "box", "-p 2222 box"),
        ("tcp://10.1.2.3:2376", "10.1.2.3", "10.1.2.3"),
    ],
)
def test_remote_loopback_port_is_a_warning_with_the_tunnel(address: str, host: str, destination: str) -> None:
    assert warnings(address) == [
        (
            f"the ports of `web` are bound to the loopback address of `{host}`, so they are not reached here",
            f"to reach them on this machine, run `ssh -N -L 20001:127.0.0.1:20001 {destination}`",
        )
    ]
    assert ssh_destination(address) == destination


@pytest.mark.parametrize("address", ["unix:///var/run/docker.sock", "tcp://127.0.0.1:2375", "tcp://localhost:2375"])
def test_port_of_this_machine_gives_no_warning(address: str) -> None:
    assert warnings(address) == []
