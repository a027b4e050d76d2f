"""What asks for a host port, under which name, and what shares one."""

from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wtc.model.deploy import Deploy
from wtc.model.ports import PortRequest
from wtc.model.project import PortVariable, Project
from wtc.model.service import Port, Service
from wtc.model.variable_use import VariableUse
from wtc.ports.lease_keys import PortSlot, lease_key, port_slot
from wtc.ports.requests import port_requests

places = st.builds(
    PortSlot,
    service=st.from_regex(r"[a-zA-Z0-9._-]+", fullmatch=True),
    number=st.integers(1, 99),
    target=st.integers(1, 65535),
    protocol=st.sampled_from(["tcp", "udp", "sctp"]),
    entry=st.integers(0, 20),
)


def project(*services: Service, variables: tuple[PortVariable, ...] = ()) -> Project:
    return Project(
        name="p",
        working_dir="/p",
        files=(),
        services={service.name: service for service in services},
        port_variables=variables,
    )


def keys(services: tuple[Service, ...], scales: Mapping[str, int]) -> list[str]:
    return [request.key for request in port_requests(project(*services), scales)]


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
        ((Service(name="web", ports=(Port(target=86, published="8000-8010"),)),), {}, ["web/86/tcp"]),
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
def test_each_published_port_of_each_replica_asks_for_one(
    services: tuple[Service, ...], scales: Mapping[str, int], expected: list[str]
) -> None:
    assert keys(services, scales) == expected


def test_a_service_named_like_a_replica_keeps_a_key_of_its_own() -> None:
    ports = (Port(target=80),)
    found = keys((Service(name="web", ports=ports), Service(name="web.2", ports=ports)), {"web": 2})
    assert found == ["web/80/tcp", "web:2/80/tcp", "web.2/80/tcp"]


def test_a_request_carries_what_the_file_says() -> None:
    ports = (Port(target=1), Port(target=80, protocol="udp", host_ip="0.0.0.0", published="8080"))
    (_, found) = port_requests(project(Service(name="web", ports=ports)), {})
    assert found == PortRequest(
        key="web/80/udp",
        service="web",
        target=80,
        protocol="udp",
        number=1,
        index=1,
        host_ip="0.0.0.0",
        published="8080",
        share="8080",
    )


@given(places)
def test_a_key_tells_its_place(place: PortSlot) -> None:
    assert port_slot(lease_key(place)) == place


@given(places, places)
def test_two_places_have_two_keys(one: PortSlot, other: PortSlot) -> None:
    assert (lease_key(one) == lease_key(other)) == (one == other)


@pytest.mark.parametrize(
    "text", ["", "web", "web/80", "/80/tcp", "web/x/tcp", "web/80/tcp#", "web:/80/tcp", "a/b/80/tcp"]
)
def test_what_is_no_key_has_no_place(text: str) -> None:
    assert port_slot(text) is None


def shares(*ports: Port, scale: int = 1) -> list[str]:
    """What each port shares when the file names them all by `PORT`."""
    variables = tuple(PortVariable(service="web", index=index, name="PORT") for index in range(len(ports)))
    found = port_requests(project(Service(name="web", ports=ports, scale=scale), variables=variables), {})
    return [request.share for request in found]


@pytest.mark.parametrize(
    ("ports", "expected"),
    [
        ((Port(target=443), Port(target=443, protocol="udp")), ["PORT", "PORT"]),
        ((Port(target=443, published="443"), Port(target=80, published="443")), ["PORT", ""]),
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


def test_each_replica_shares_with_itself_alone() -> None:
    assert shares(Port(target=443), Port(target=443, protocol="udp"), scale=2) == ["PORT", "PORT", "PORT:2", "PORT:2"]


def test_services_share_a_port_by_its_variable() -> None:
    tcp = Service(name="web", ports=(Port(target=443),))
    udp = Service(name="quic", ports=(Port(target=80), Port(target=443, protocol="udp")))
    variables = (PortVariable(service="web", index=0, name="P"), PortVariable(service="quic", index=1, name="P"))
    found = port_requests(project(tcp, udp, variables=variables), {})
    assert {request.key: request.share for request in found} == {
        "web/443/tcp": "P",
        "quic/80/tcp": "",
        "quic/443/udp": "P",
    }


@pytest.mark.parametrize(
    ("ports", "expected"),
    [
        ((Port(target=53, published="53"), Port(target=53, published="53", protocol="udp")), ["53", "53"]),
        ((Port(target=53, published="53"), Port(target=53, published="54", protocol="udp")), ["53", "54"]),
        ((Port(target=80, published="80"), Port(target=81, published="80")), ["80", ""]),
        ((Port(target=80, published="80-90"), Port(target=80, published="80-90", protocol="udp")), ["", ""]),
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
        assert [r.key for r in port_requests(replace(off, variable_uses=(use,)), {})] == keys
