"""`service:` and `container:` references: namespaces and volumes of another container (scenario 29)."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.harness import Workshop
from tests.e2e.scenarios.stackfile import inspected, service, stackfile, states

pytestmark = pytest.mark.engine

SHARING = ["network_mode: service:base", "ipc: service:base", "pid: service:base", "volumes_from: ['base:ro']"]
BASE = service("base", "ipc: shareable", "volumes: [/data]")


def test_references_to_services_become_container_ids(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": stackfile(BASE, service("guest", *SHARING))})
    stack = workshop.up()
    base = f"container:{stack.ids()['base']}"
    host = inspected(stack, "guest")["HostConfig"]
    assert [host["NetworkMode"], host["IpcMode"], host["PidMode"]] == [base] * 3
    kept = {m["Destination"]: m for m in inspected(stack, "guest")["Mounts"]}["/data"]
    assert (kept["Name"], kept["RW"]) == (inspected(stack, "base")["Mounts"][0]["Name"], False)
    assert workshop.up().answer["changed"] is False


@pytest.mark.parametrize("line", SHARING, ids=lambda line: line.partition(":")[0])
def test_a_missing_target_is_named_before_anything_is_made(workshop: Workshop, line: str) -> None:
    workshop.commit({"compose.yaml": stackfile(BASE, service("guest", line))})
    ended = workshop.refused("up", "--no-deps", "guest", status=1)
    assert "service `guest`" in ended.err
    assert "service `base`" in ended.err
    assert workshop.leftovers() == []


@pytest.mark.parametrize("line", SHARING, ids=lambda line: line.partition(":")[0])
def test_without_deps_a_target_that_is_there_is_shared(workshop: Workshop, line: str) -> None:
    workshop.commit({"compose.yaml": stackfile(BASE, service("guest", line))})
    base = workshop.up("base").ids()["base"]
    stack = workshop.up("--no-deps", "guest")
    assert stack.ids()["base"] == base
    assert states(stack) == {"base": "running", "guest": "running"}


@pytest.fixture
def stranger(workshop: Workshop) -> Iterator[Any]:
    """A container that is not wtc's."""
    container = workshop.client.containers.run(
        "busybox:1.36", ["sleep", "1000"], name=f"wtc-e2e-{workshop.token}", ipc_mode="shareable", detach=True
    )
    yield container
    workshop.tear_down()
    container.remove(force=True)


def test_references_to_containers_are_to_those_of_any_owner(workshop: Workshop, stranger: Any) -> None:
    name = stranger.name
    lines = (f"network_mode: container:{name}", f"ipc: container:{name}", f"volumes_from: ['container:{name}']")
    workshop.commit({"compose.yaml": stackfile(service("guest", *lines))})
    stack = workshop.up()
    host = inspected(stack, "guest")["HostConfig"]
    assert [host["NetworkMode"], host["IpcMode"]] == [f"container:{stranger.id}"] * 2


@pytest.mark.parametrize(("key", "field"), [("ipc", "IpcMode"), ("pid", "PidMode"), ("network_mode", "NetworkMode")])
def test_the_hosts_own_are_shared_where_asked(workshop: Workshop, key: str, field: str) -> None:
    workshop.commit({"compose.yaml": stackfile(service("web", f"{key}: host"))})
    assert inspected(workshop.up(), "web")["HostConfig"][field] == "host"
