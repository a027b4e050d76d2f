"""Ports from the registry alone, and as the engine shows them."""

from pathlib import Path

import pytest

from tests.port_ids import by_id, port_id
from wtc.events import Event
from wtc.model.observed import Observed, ObservedContainer
from wtc.model.ports import Endpoint, PortBinding
from wtc.model.project import Project
from wtc.model.service import Port, Service
from wtc.orchestrator.context.target import Target
from wtc.orchestrator.host_ports.leases import observed_ports
from wtc.orchestrator.ports import ports
from wtc.ports.requests import port_requests
from wtc.registry.port_keys import format_port_key
from wtc.registry.stack_records import StackRecord
from wtc.registry.store import Store

SPAN = range(20000, 30000)


def list_endpoints(tmp_path: Path, record: StackRecord, **environment: str) -> tuple[Endpoint, ...]:
    """What `ports` says of a folder of which the registry has this record, with no engine to be reached."""
    store = Store(str(tmp_path / "state"))
    with store.transaction() as records:
        records.put(record)
    target = Target(
        cwd=str(tmp_path),
        worktree=record.worktree,
        environment={
            "HOME": str(tmp_path),
            "WTC_CONFIG_DIR": str(tmp_path / "state"),
            "DOCKER_HOST": "unix:///nowhere",
            **environment,
        },
    )

    def silent(event: Event) -> None:
        pytest.fail(str(event))

    return ports(target, silent).endpoints


def test_ports_come_from_the_registry_with_their_bind_address(tmp_path: Path) -> None:
    record = StackRecord(
        worktree=str(tmp_path),
        namespace="a-1",
        ports=by_id({"web/80/tcp": 20001, "web:2/80/tcp#1": 20002, "db.2/53/udp": 20003, "old/1/tcp": 20004}),
        addresses=by_id({"web/80/tcp": "127.0.0.2", "web:2/80/tcp#1": "0.0.0.0", "db.2/53/udp": "::1"}),
    )
    assert list_endpoints(tmp_path, record, WTC_BIND="127.0.0.9") == (
        Endpoint(id=port_id("db.2/53/udp"), host="::1", port=20003),
        Endpoint(id=port_id("old/1/tcp"), host="127.0.0.9", port=20004),
        Endpoint(id=port_id("web/80/tcp"), host="127.0.0.2", port=20001),
        Endpoint(id=port_id("web:2/80/tcp#1"), host="127.0.0.1", port=20002),
    )


@pytest.mark.parametrize(
    ("engine", "bound", "host"),
    [
        pytest.param("unix:///nowhere", "0.0.0.0", "127.0.0.1", id="here"),
        pytest.param("tcp://build.example:2375", "127.0.0.1", "build.example", id="tcp"),
        pytest.param("ssh://ada@build.example", "0.0.0.0", "build.example", id="ssh"),
        pytest.param("ssh://ada@build.example", "10.0.0.7", "10.0.0.7", id="an address that the file gives"),
        pytest.param("tcp://localhost:2375", "127.0.0.1", "127.0.0.1", id="tcp to this machine"),
        pytest.param("gopher://host", "127.0.0.1", "127.0.0.1", id="no engine's address"),
    ],
)
def test_endpoints_name_the_host_to_connect_to(tmp_path: Path, engine: str, bound: str, host: str) -> None:
    record = StackRecord(
        worktree=str(tmp_path),
        namespace="a-1",
        ports=by_id({"web/80/tcp": 20001}),
        addresses=by_id({"web/80/tcp": bound}),
    )
    assert [e.host for e in list_endpoints(tmp_path, record, DOCKER_HOST=engine)] == [host]


def test_ports_are_sorted_by_service_replica_and_number(tmp_path: Path) -> None:
    keys = ("web:10/80/tcp", "web:2/80/tcp", "web/443/tcp", "web/80/udp", "web/80/tcp#1", "web/80/tcp", "db/5432/tcp")
    record = StackRecord(
        worktree=str(tmp_path), namespace="a-1", ports=by_id({key: 20000 + n for n, key in enumerate(sorted(keys))})
    )
    assert [format_port_key(e.id) for e in list_endpoints(tmp_path, record)] == [
        "db/5432/tcp",
        "web/80/tcp",
        "web/80/tcp#1",
        "web/80/udp",
        "web/443/tcp",
        "web:2/80/tcp",
        "web:10/80/tcp",
    ]


def test_ports_of_the_engine_have_the_keys_of_the_file() -> None:
    listed = (Port(target=80), Port(target=80), Port(target=80, protocol="udp"))
    project = Project(
        name="p",
        working_dir="/p",
        files=(),
        services={
            "web": Service(name="web", ports=listed, scale=2),
            "web.2": Service(name="web.2", ports=(Port(target=80),)),
        },
    )
    requests = port_requests(project, {})
    there: dict[tuple[str, int], list[PortBinding]] = {}
    for number, request in enumerate(requests):
        published = PortBinding(target=request.id.target, protocol=request.id.protocol, host_ip="", port=20000 + number)
        there.setdefault((request.id.service, request.id.number), []).append(published)
    observed = Observed(
        containers=tuple(
            ObservedContainer(
                id=f"{service}{number}",
                name="",
                service=service,
                number=number,
                image="",
                image_id="",
                state="running",
                ports=tuple(published),
            )
            for (service, number), published in there.items()
        )
    )
    found = observed_ports(observed, SPAN)
    assert {port: published.port for port, published in found.items()} == {
        request.id: 20000 + number for number, request in enumerate(requests)
    }


def test_port_outside_the_range_is_not_a_lease() -> None:
    container = ObservedContainer(
        id="1",
        name="",
        service="web",
        number=1,
        image="",
        image_id="",
        state="running",
        ports=(PortBinding(target=80, protocol="tcp", host_ip="", port=8080),),
    )
    assert observed_ports(Observed(containers=(container,)), SPAN) == {}
