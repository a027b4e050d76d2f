"""The ports that are requested, their identities, and which of them share a host port."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from wtc.model.deploy import Deploy
from wtc.model.ports import PortId, PortRequest
from wtc.model.project import PortVariable, Project
from wtc.model.service import Port, Service
from wtc.model.variable_use import VariableUse
from wtc.ports.requests import port_requests
from wtc.registry.port_keys import format_port_key


def project(*services: Service, variables: tuple[PortVariable, ...] = ()) -> Project:
    return Project(
        name="p",
        working_dir="/p",
        files=(),
        services={service.name: service for service in services},
        port_variables=variables,
    )


def keys(services: tuple[Service, ...], scales: Mapping[str, int]) -> list[str]:
    return [format_port_key(request.id) for request in port_requests(project(*services), scales)]


@pytest.mark.parametrize(
    ("services", "scales", "expected"),
    [
        ((Service(name="web", ports=(Port(target=80),)),), {}, ["web/80/tcp"]),
        ((Service(name="web"),), {}, []),
        (
            (Service(name="web", ports=(Port(target=80), Port(target=80, protocol="udp"))),),
            {},
            ["web/80/tcp", "web/80/udp"],
        ),
        (
            (Service(name="web", ports=(Port(target=80), Port(target=80, host_ip="::1"), Port(target=80))),),
            {},
            ["web/80/tcp", "web/80/tcp#1", "web/80/tcp#2"],
        ),
        ((Service(name="web", ports=(Port(target=86, published=range(8000, 8011)),)),), {}, ["web/86/tcp"]),
        ((Service(name="web", ports=(Port(target=80),)),), {"web": 2}, ["web/80/tcp", "web:2/80/tcp"]),
        ((Service(name="web", ports=(Port(target=80),), scale=2),), {}, ["web/80/tcp", "web:2/80/tcp"]),
        ((Service(name="web", ports=(Port(target=80),), scale=2),), {"web": 0}, []),
        (
            (Service(name="web", ports=(Port(target=80),), deploy=Deploy(replicas=2)),),
            {},
            ["web/80/tcp", "web:2/80/tcp"],
        ),
        ((Service(name="web", ports=(Port(target=80),), deploy=Deploy()),), {}, ["web/80/tcp"]),
        ((Service(name="web", ports=(Port(target=80),), network_mode="host"),), {}, []),
    ],
)
def test_each_published_port_of_each_replica_is_requested(
    services: tuple[Service, ...], scales: Mapping[str, int], expected: list[str]
) -> None:
    assert keys(services, scales) == expected


def test_service_named_like_a_replica_has_a_different_key() -> None:
    ports = (Port(target=80),)
    found = keys((Service(name="web", ports=ports), Service(name="web.2", ports=ports)), {"web": 2})
    assert found == ["web/80/tcp", "web:2/80/tcp", "web.2/80/tcp"]


def test_request_has_the_values_of_the_file() -> None:
    ports = (Port(target=1), Port(target=80, protocol="udp", host_ip="0.0.0.0", published=range(8080, 8081)))
    (_, found) = port_requests(project(Service(name="web", ports=ports)), {})
    assert found == PortRequest(
        id=PortId(service="web", target=80, protocol="udp"),
        index=1,
        host_ip="0.0.0.0",
        published=range(8080, 8081),
        share="8080",
    )


def shares(*ports: Port, scale: int = 1) -> list[str]:
    """What each port shares when the file names them all by `PORT`."""
    variables = tuple(PortVariable(service="web", index=index, name="PORT") for index in range(len(ports)))
    found = port_requests(project(Service(name="web", ports=ports, scale=scale), variables=variables), {})
    return [request.share for request in found]


@pytest.mark.parametrize(
    ("ports", "expected"),
    [
        ((Port(target=443), Port(target=443, protocol="udp")), ["PORT", "PORT"]),
        ((Port(target=443, published=range(443, 444)), Port(target=80, published=range(443, 444))), ["PORT", ""]),
        ((Port(target=80, host_ip="127.0.0.1"), Port(target=80, host_ip="::1")), ["PORT", "PORT"]),
        ((Port(target=80, host_ip="127.0.0.1"), Port(target=81, host_ip="127.0.0.2")), ["PORT", "PORT"]),
        ((Port(target=80, host_ip="127.0.0.1"), Port(target=81, host_ip="0.0.0.0")), ["PORT", ""]),
        ((Port(target=80, host_ip="127.0.0.1"), Port(target=81)), ["PORT", ""]),
        ((Port(target=80, host_ip="::"), Port(target=81, host_ip="::1")), ["PORT", ""]),
    ],
)
def test_ports_of_one_variable_share_where_one_number_serves_them_all(
    ports: tuple[Port, ...], expected: list[str]
) -> None:
    assert shares(*ports) == expected


def test_replica_shares_ports_with_itself_only() -> None:
    assert shares(Port(target=443), Port(target=443, protocol="udp"), scale=2) == ["PORT", "PORT", "PORT:2", "PORT:2"]


def test_services_share_a_port_by_its_variable() -> None:
    tcp = Service(name="web", ports=(Port(target=443),))
    udp = Service(name="quic", ports=(Port(target=80), Port(target=443, protocol="udp")))
    variables = (PortVariable(service="web", index=0, name="P"), PortVariable(service="quic", index=1, name="P"))
    found = port_requests(project(tcp, udp, variables=variables), {})
    assert {format_port_key(request.id): request.share for request in found} == {
        "web/443/tcp": "P",
        "quic/80/tcp": "",
        "quic/443/udp": "P",
    }


@pytest.mark.parametrize(
    ("ports", "expected"),
    [
        (
            (Port(target=53, published=range(53, 54)), Port(target=53, published=range(53, 54), protocol="udp")),
            ["53", "53"],
        ),
        (
            (Port(target=53, published=range(53, 54)), Port(target=53, published=range(54, 55), protocol="udp")),
            ["53", "54"],
        ),
        ((Port(target=80, published=range(80, 81)), Port(target=81, published=range(80, 81))), ["80", ""]),
        (
            (Port(target=80, published=range(80, 91)), Port(target=80, published=range(80, 91), protocol="udp")),
            ["", ""],
        ),
        ((Port(target=80), Port(target=80, protocol="udp")), ["", ""]),
    ],
)
def test_ports_of_one_number_share_where_one_number_serves_them_all(
    ports: tuple[Port, ...], expected: list[str]
) -> None:
    found = port_requests(project(Service(name="dns", ports=ports)), {})
    assert [request.share for request in found] == expected


def test_disabled_service_needs_a_port_only_if_an_active_one_uses_its_variable() -> None:
    debug = Service(name="debug", profiles=("debug",), ports=(Port(target=80), Port(target=81)))
    off = replace(
        project(Service(name="web"), variables=(PortVariable(service="debug", index=1, name="DBG"),)),
        others={"debug": debug},
        disabled=frozenset({"debug"}),
    )
    assert port_requests(off, {}) == ()
    own = VariableUse(name="DBG", path=("services", "debug", "environment", "V"), address="localhost")
    for use, keys in ((own, []), (replace(own, path=("services", "web", "environment", "V")), ["debug/81/tcp"])):
        assert [format_port_key(r.id) for r in port_requests(replace(off, variable_uses=(use,)), {})] == keys
