"""The ports that `x-wtc: {ports: [...]}` leases to processes on the host."""

from typing import Any

import pytest

from tests.port_ids import port_id
from wtc.errors import ComposeFileError
from wtc.model.namespace import Namespace
from wtc.model.ports import PortRequest
from wtc.model.position import Position
from wtc.model.project import PortVariable, Project
from wtc.model.service import Port, Service
from wtc.ports.host_ports import host_port
from wtc.ports.requests import port_requests
from wtc.ports.variables import inside_variables, port_variable, stack_variables
from wtc.registry.port_keys import format_port_key, parse_port_key

NAMESPACE = Namespace(name="accra-a1b2c3", worktree="/w/accra")
DB = Service(name="db", ports=(Port(target=5432),))


def project(ports: object, *services: Service, **fields: Any) -> Project:
    named = {service.name: service for service in services}
    return Project(name="p", working_dir="/p", files=(), services=named, extension={"ports": ports}, **fields)


def keys(found: Project) -> list[str]:
    return [format_port_key(request.id) for request in port_requests(found, {})]


def refusals(found: Project) -> list[str]:
    with pytest.raises(ComposeFileError) as raised:
        port_requests(found, {})
    return [finding.message for finding in raised.value.diagnostics]


def test_each_name_is_requested_after_the_ports_of_services() -> None:
    assert keys(project(["web", "api.v1"], DB)) == ["db/5432/tcp", "web/0/host", "api.v1/0/host"]
    assert keys(project([], DB)) == keys(project(None, DB)) == ["db/5432/tcp"]


def test_key_of_the_registry_names_the_port() -> None:
    assert parse_port_key(format_port_key(host_port("web"))) == host_port("web")
    assert host_port("web").of_host
    assert not port_id("web/80/tcp").of_host


def test_port_has_a_variable_and_no_url() -> None:
    requests = port_requests(project(["my-app"], DB), {})
    variables = stack_variables(NAMESPACE, requests, {r.id: 20000 + n for n, r in enumerate(requests)}, "127.0.0.1")
    assert {name: value for name, value in variables.items() if "MY_APP" in name} == {"WTC_PORT_MY_APP": "20001"}
    assert port_variable(requests[1], requests) == "WTC_PORT_MY_APP"


def test_process_inside_the_network_of_the_stack_gets_no_port_of_the_host() -> None:
    assert "WTC_PORT_WEB" not in inside_variables(NAMESPACE, port_requests(project(["web"], DB), {}))


def test_name_of_a_service_that_publishes_nothing_is_valid() -> None:
    assert keys(project(["web"], Service(name="web"))) == ["web/0/host"]


@pytest.mark.parametrize(
    ("names", "reason"),
    [
        (["db"], "`x-wtc.ports[0]` gives `WTC_PORT_DB`, which is the published port of service `db`"),
        (["DB"], "`x-wtc.ports[0]` gives `WTC_PORT_DB`, which is the published port of service `db`"),
        (["db_5432"], "`x-wtc.ports[0]` gives `WTC_PORT_DB_5432`, which is the published port of service `db`"),
        (["named"], "`x-wtc.ports[0]` gives `WTC_PORT_NAMED`, which is the published port of service `db`"),
        (["a-b", "a.b"], "`x-wtc.ports[1]` gives `WTC_PORT_A_B`, as a name before it does"),
        (["web", "web"], "`x-wtc.ports[1]` gives `WTC_PORT_WEB`, as a name before it does"),
        ([3000], "`x-wtc.ports[0]` is not a name of letters, digits, `.`, `_` and `-`"),
        ([""], "`x-wtc.ports[0]` is not a name of letters, digits, `.`, `_` and `-`"),
        (["a/b"], "`x-wtc.ports[0]` is not a name of letters, digits, `.`, `_` and `-`"),
        ([["a"]], "`x-wtc.ports[0]` is not a name of letters, digits, `.`, `_` and `-`"),
        ("web", "`x-wtc.ports` is not a list of names"),
        ({"web": 1}, "`x-wtc.ports` is not a list of names"),
    ],
)
def test_name_that_cannot_have_its_variable_is_refused(names: object, reason: str) -> None:
    variables = (PortVariable(service="db", index=0, name="WTC_PORT_NAMED"),)
    assert refusals(project(names, DB, port_variables=variables)) == [reason]


def test_service_that_no_profile_enables_keeps_its_variable() -> None:
    off = project(["db"], DB, disabled=frozenset({"db"}))
    assert refusals(off) == ["`x-wtc.ports[0]` gives `WTC_PORT_DB`, which is the published port of service `db`"]


def test_all_findings_are_listed_with_their_places() -> None:
    places = {("x-wtc", "ports"): Position("f", 2, 10), ("x-wtc", "ports", 0): Position("f", 2, 11)}
    with pytest.raises(ComposeFileError) as raised:
        port_requests(project(["db", 3], DB, positions=places), {})
    assert [d.position for d in raised.value.diagnostics] == [Position("f", 2, 11), Position("f", 2, 10)]


def test_process_is_expected_on_tcp() -> None:
    assert PortRequest(id=host_port("web"), index=0).transport == "tcp"
    assert PortRequest(id=port_id("dns/53/udp"), index=0).transport == "udp"
