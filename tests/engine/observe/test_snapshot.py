"""Observation of a fake engine: few requests, and unusual responses."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

import pytest

from wtc import labels as label
from wtc.engine.observe.host_ports import requested_ports, taken_ports
from wtc.engine.observe.parse_inspect import (
    container_name,
    parse_container,
    parse_listed_container,
    parse_listed_images,
)
from wtc.engine.observe.snapshot import list_stacks, observe
from wtc.errors import NotFoundError
from wtc.model.identity import Identity
from wtc.model.namespace import Namespace
from wtc.model.ports import PortBinding

if TYPE_CHECKING:
    from wtc.engine.client.connection import Engine

NAMESPACE = Namespace(name="ns-1", worktree="/w", identity=Identity(id="0" * 32))


def own(name: str, namespace: Namespace = NAMESPACE) -> dict[str, str]:
    return {**label.own(namespace, name), label.CONFIG_HASH: "h"}


class Played:
    """An engine that responds from a table and records the requests."""

    api_version = (1, 51)

    def __init__(self, answers: Mapping[str, Any]) -> None:
        self.answers = answers
        self.requests: list[str] = []

    def _answer(self, path: str) -> Any:
        self.requests.append(path)
        if path not in self.answers:
            raise NotFoundError("not there", status=404)
        return self.answers[path]

    def list(self, path: str, *, doing: str, params: object = None) -> Any:
        return self._answer(path)

    def object(self, path: str, *, doing: str, params: object = None) -> Any:
        return self._answer(path)


def summary(number: int, labels: Mapping[str, str], **more: Any) -> dict[str, Any]:
    return {"Id": f"id{number}", "Names": [f"/c{number}"], "Labels": dict(labels), **more}


def inspected(number: int) -> dict[str, Any]:
    return {
        "Id": f"id{number}",
        "Name": f"/c{number}",
        "Config": {"Labels": own(f"c{number}"), "Image": "x", "StopTimeout": None},
        "State": {"Status": "exited", "ExitCode": 3, "StartedAt": "0001-01-01T00:00:00Z"},
        "Mounts": None,
        "NetworkSettings": {"Networks": None},
        "HostConfig": {"PortBindings": None},
    }


def test_container_that_is_removed_between_list_and_inspect_is_skipped() -> None:
    played = Played(
        {
            "/containers/json": [summary(1, own("c1")), summary(2, own("c2")), summary(3, {})],
            "/containers/id2/json": inspected(2),
            "/networks": [],
            "/volumes": {"Volumes": None},
            "/images/json": [],
        }
    )
    found = observe(cast("Engine", played), NAMESPACE, references=["x", "x"])
    (seen,) = found.containers
    assert (seen.name, seen.state, seen.exit_code, seen.started, seen.number) == ("c2", "exited", 3, "", 1)
    assert found.foreign_names == {"c3": "id3"}
    assert found.images == {}
    assert played.requests.count("/images/x/json") == 1


def test_all_stacks_take_as_many_requests_as_one() -> None:
    def requested(count: int) -> int:
        namespaces = [replace(NAMESPACE, name=f"ns-{n}", worktree=f"/{n}") for n in range(count)]
        containers = [summary(n, own(f"c{n}", namespace)) for n, namespace in enumerate(namespaces)]
        answers: dict[str, Any] = {
            "/containers/json": containers,
            "/networks": [],
            "/volumes": {},
            "/images/json": [{"Id": "i", "RepoTags": ["ns-0-web:latest"], "Labels": own("ns-0-web", namespaces[0])}],
        }
        played = Played(answers)
        found = list_stacks(cast("Engine", played))
        assert [s.stack.namespace for s in found] == sorted(f"ns-{n}" for n in range(count))
        assert [i.reference for i in found[0].images] == ["ns-0-web:latest"]
        return len(played.requests)

    assert requested(1) == requested(40) == 4


@pytest.mark.parametrize(
    ("listed", "expected"),
    [
        ({"Status": "Up 3 minutes (healthy)"}, "healthy"),
        ({"Status": "Up 3 minutes (unhealthy)"}, "unhealthy"),
        ({"Status": "Up Less than a second (health: starting)"}, "starting"),
        ({"Status": "Up 3 minutes"}, ""),
        ({"Status": "Exited (0) 3 minutes ago"}, ""),
        ({"Status": "Exited (healthy"}, ""),
        ({"Status": "Up 3 minutes (healthy)", "Health": {"Status": "none"}}, ""),
        ({"Status": "Up 3 minutes (Paused)", "Health": {"Status": "unhealthy"}}, "unhealthy"),
        ({}, ""),
    ],
)
def test_health_is_read_from_the_list(listed: dict[str, Any], expected: str) -> None:
    assert parse_listed_container({**summary(1, own("c1")), **listed}).health == expected


@pytest.mark.parametrize(("health", "requests"), [({}, 7), ({"Health": {"Status": "healthy"}}, 4)])
def test_health_of_paused_containers_is_requested_only_if_the_list_lacks_it(
    health: dict[str, Any], requests: int
) -> None:
    paused = {**summary(1, own("c1")), "State": "paused", "Status": "Up 3 minutes (Paused)", **health}
    played = Played({"/containers/json": [paused], "/networks": [], "/volumes": {}, "/images/json": []})
    (stack,) = list_stacks(cast("Engine", played))
    assert bool(stack.containers[0].health)
    assert len(played.requests) == requests


@pytest.mark.parametrize(
    ("names", "expected"),
    [(["/web"], "web"), (["/db/alias", "/web"], "web"), (None, "0123456789ab"), ([], "0123456789ab")],
)
def test_container_name_is_distinguished_from_links(names: list[str] | None, expected: str) -> None:
    assert container_name({"Id": "0123456789abcdef", "Names": names}) == expected


def test_image_without_a_tag_is_named_by_its_id() -> None:
    one = {"Id": "sha256:1", "RepoTags": ["<none>:<none>"], "Labels": None}
    two = {"Id": "sha256:2", "RepoTags": ["a:1", "b:2"], "Labels": {"x": "y"}}
    assert [i.reference for found in (one, two) for i in parse_listed_images(found)] == ["sha256:1", "a:1", "b:2"]


def port(number: int, host_ip: str = "", protocol: str = "tcp") -> PortBinding:
    return PortBinding(target=80, protocol=protocol, host_ip=host_ip, port=number)


@pytest.mark.parametrize(
    ("wanted", "held", "collide"),
    [
        (port(1, "127.0.0.1"), port(1, "127.0.0.1"), True),
        (port(1, "127.0.0.1"), port(1, "0.0.0.0"), True),
        (port(1, ""), port(1, "127.0.0.2"), True),
        (port(1, "127.0.0.1"), port(1, "127.0.0.2"), False),
        (port(1), port(2), False),
        (port(1), port(1, protocol="udp"), False),
        (port(0), port(0), False),
    ],
)
def test_ports_collide_by_number_protocol_and_address(wanted: PortBinding, held: PortBinding, *, collide: bool) -> None:
    assert bool(taken_ports([wanted], [held], this_machine=False)) is collide


def test_requested_ports_include_those_that_the_engine_chooses() -> None:
    bindings = {"80/tcp": [{"HostIp": "", "HostPort": ""}, {"HostIp": "::", "HostPort": "8000-8001"}], "53/udp": None}
    assert [(p.target, p.port) for p in requested_ports({"HostConfig": {"PortBindings": bindings}})] == [
        (80, 0),
        (80, 0),
    ]


def test_volume_shared_by_volumes_from_is_not_anonymous() -> None:
    names = ["a" * 64, "b" * 64, "c" * 64]
    mounts = [{"Type": "volume", "Name": name, "Destination": f"/{name[0]}"} for name in names]
    requested = {"Mounts": [{"Type": "volume", "Target": "/a"}], "Binds": [f"{names[1]}:/b:rw"]}
    alone = parse_container({**inspected(1), "Mounts": mounts})
    sharing = parse_container({**inspected(1), "Mounts": mounts, "HostConfig": {**requested, "VolumesFrom": ["other"]}})
    assert [v.anonymous for v in alone.volumes] == [True, True, True]
    assert [v.anonymous for v in sharing.volumes] == [True, True, False]


def test_requested_volume_that_the_engine_does_not_report_counts_as_mounted() -> None:
    requested = {
        "Mounts": [
            {"Type": "volume", "Source": "data", "Target": "/data", "ReadOnly": True},
            {"Type": "volume", "Target": "/anonymous"},
            {"Type": "bind", "Source": "/host", "Target": "/bound"},
        ],
        "Binds": ["cache:/cache:ro,z", "logs:/logs", "/host:/also-bound", "/anonymous-too"],
    }
    reported = [{"Type": "volume", "Name": "other", "Destination": "/logs"}]
    found = parse_container({**inspected(1), "Mounts": reported, "HostConfig": requested}).volumes
    assert [(v.name, v.target, v.writable) for v in found] == [
        ("other", "/logs", True),
        ("data", "/data", False),
        ("cache", "/cache", False),
    ]


@pytest.mark.parametrize(
    ("status", "requested", "bound", "ports"),
    [
        ("running", {"80/tcp": [":8080"]}, {"80/tcp": ["0.0.0.0:8080", ":::8080"]}, [8080]),
        ("running", {"80/tcp": ["127.0.0.1:"]}, {"80/tcp": ["127.0.0.1:32768"]}, [32768]),
        ("paused", {"80/tcp": ["127.0.0.1:8000-8010"]}, {"80/tcp": ["127.0.0.1:8003"]}, [8003]),
        ("running", {"80/tcp": [":", ":8080"]}, {"80/tcp": ["0.0.0.0:8080", "0.0.0.0:9", ":::9"]}, [9, 8080]),
        ("running", {"80/tcp": [":", ":"]}, {"80/tcp": ["0.0.0.0:8", ":::8", "0.0.0.0:9", ":::9"]}, [8, 9]),
        ("running", {"80/tcp": ["127.0.0.2:", "127.0.0.1:"]}, {"80/tcp": ["127.0.0.1:8", "127.0.0.2:9"]}, [9, 8]),
        # In the host's network, or in an internal one, no port is published.
        ("running", {"80/tcp": ["127.0.0.1:8080"]}, {}, []),
        ("running", {"80/tcp": ["127.0.0.1:8080"]}, {"80/tcp": None}, []),
        ("exited", {"80/tcp": ["127.0.0.1:8080"]}, {}, [8080]),
        ("restarting", {"80/tcp": ["127.0.0.1:8080"]}, {}, [8080]),
        ("created", {"80/tcp": ["127.0.0.1:"]}, {}, [0]),
    ],
)
def test_running_container_has_the_ports_that_the_engine_has_bound(
    status: str, requested: dict[str, list[str]], bound: dict[str, list[str] | None], ports: list[int]
) -> None:
    def bindings(found: dict[str, list[str]] | dict[str, list[str] | None]) -> dict[str, object]:
        parted = {key: [one.rpartition(":") for one in some or ()] for key, some in found.items()}
        return {key: [{"HostIp": ip, "HostPort": port} for ip, _, port in some] for key, some in parted.items()}

    document = {
        "State": {"Status": status},
        "HostConfig": {"PortBindings": bindings(requested)},
        "NetworkSettings": {"Ports": bindings(bound)},
    }
    assert [port.port for port in requested_ports(document)] == ports


def test_joined_namespaces_are_read_once_each() -> None:
    host = {"NetworkMode": "container:id7", "IpcMode": "container:id7", "PidMode": "container:ns-1_db"}
    assert parse_container({**inspected(1), "HostConfig": host}).namespaces == ("id7", "ns-1_db")
    assert parse_container({**inspected(1), "HostConfig": {"NetworkMode": "bridge"}}).namespaces == ()
