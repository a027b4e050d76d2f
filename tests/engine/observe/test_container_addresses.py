"""The addresses of a container's ports."""

from typing import Any

import pytest

from wtc import labels as label
from wtc.engine.observe.container_addresses import ContainerAddresses, read_addresses

ID = "a" * 64
BRIDGE = "0123456789ab" + "c" * 52


def inspected(**changes: Any) -> dict[str, Any]:
    """A container that publishes 80/tcp and 53/udp and exposes 9000/tcp."""
    networks = {"x_net": {"NetworkID": BRIDGE, "IPAddress": "172.20.0.2", "Aliases": ["web", "shop-web", ID[:12]]}}
    bound = {"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": "20001"}], "53/udp": [{"HostIp": "", "HostPort": "20002"}]}
    found: dict[str, Any] = {
        "Id": ID,
        "State": {"Status": "running"},
        "Config": {"Labels": {label.SERVICE: "web"}, "ExposedPorts": {"9000/tcp": {}, "80/tcp": {}, "53/udp": {}}},
        "HostConfig": {"PortBindings": {"80/tcp": [{"HostPort": "20001"}]}},
        "NetworkSettings": {"Networks": networks, "Ports": {**bound, "9000/tcp": None}},
    }
    return {**found, **changes}


def read(found: dict[str, Any], *interfaces: str) -> ContainerAddresses:
    return read_addresses(found, host="127.0.0.1", interfaces=interfaces)


def test_names_and_tcp_ports_are_read() -> None:
    found = read(inspected())
    assert (found.service, found.aliases, found.ports) == ("web", ("web", "shop-web"), (80, 9000))


@pytest.mark.parametrize(
    ("interfaces", "port", "places"),
    [
        (("br-0123456789ab",), 80, (("127.0.0.1", 20001), ("172.20.0.2", 80))),
        (("br-0123456789ab",), 9000, (("172.20.0.2", 9000),)),
        # Without a local bridge, another machine may have the address.
        (("br-ba9876543210",), 80, (("127.0.0.1", 20001),)),
        ((), 9000, ()),
    ],
)
def test_published_port_comes_before_the_address_on_a_bridge(
    interfaces: tuple[str, ...], port: int, places: tuple[tuple[str, int], ...]
) -> None:
    assert read(inspected(), *interfaces).reached_at(port) == places


@pytest.mark.parametrize("state", ["exited", "created", "paused", "restarting"])
def test_stopped_container_has_no_address(state: str) -> None:
    found = read(inspected(State={"Status": state}), "br-0123456789ab")
    assert (found.reached_at(80), found.ports) == ((), (80, 9000))


def test_container_in_the_host_network_has_no_address() -> None:
    networks = {"host": {"NetworkID": "d" * 64, "IPAddress": "", "Aliases": None}}
    found = read(inspected(NetworkSettings={"Networks": networks, "Ports": {}}), "br-0123456789ab")
    assert (found.reached_at(80), found.aliases) == ((), ())


@pytest.mark.parametrize(("bound", "places"), [("0.0.0.0", (("build.example.org", 20001),)), ("127.0.0.1", ())])
def test_published_port_of_a_remote_engine_is_on_its_host(bound: str, places: tuple[tuple[str, int], ...]) -> None:
    ports = {"80/tcp": [{"HostIp": bound, "HostPort": "20001"}]}
    found = read_addresses(
        inspected(NetworkSettings={"Networks": {}, "Ports": ports}), host="build.example.org", interfaces=()
    )
    assert found.reached_at(80) == places


def test_ipv6_address_is_used_without_an_ipv4_address() -> None:
    networks = {"x_net": {"NetworkID": BRIDGE, "IPAddress": "", "GlobalIPv6Address": "fd00::2"}}
    found = read(inspected(NetworkSettings={"Networks": networks, "Ports": {}}), "br-0123456789ab")
    assert found.reached_at(9000) == (("fd00::2", 9000),)
