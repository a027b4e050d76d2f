"""A stack and its replicas: labels, numbers, and who stays when their number changes (scenarios 1 to 7)."""

import pytest

from tests.e2e.harness import Stack, Workshop, write
from tests.e2e.scenarios.stackfile import PROBED, inspected, replicas, service, stackfile

pytestmark = pytest.mark.engine

COMPOSE = "com.docker.compose"
SCALED = stackfile(
    service("front", "depends_on: [back]"),
    service("back", "environment: {MAYBE: '${MAYBE:-}'}", "scale: 1"),
)


def test_stack_has_compose_labels_gets_healthy_and_is_removed_by_down(workshop: Workshop) -> None:
    text = stackfile(service("web", "labels: {my-label: test}", PROBED, "depends_on: [db]"), service("db"))
    workshop.commit({"compose.yaml": text})
    stack = workshop.up()
    labels = inspected(stack, "web")["Config"]["Labels"]
    assert labels["my-label"] == "test"
    assert {k: labels[f"{COMPOSE}.{k}"] for k in ("project", "service", "container-number", "oneoff")} == {
        "project": stack.namespace,
        "service": "web",
        "container-number": "1",
        "oneoff": "False",
    }
    assert labels[f"{COMPOSE}.config-hash"]
    assert labels[f"{COMPOSE}.project.working_dir"] == str(workshop.main)
    assert labels[f"{COMPOSE}.project.config_files"] == str(workshop.main / "compose.yaml")
    (network,) = workshop.client.networks.list(filters={"label": f"{COMPOSE}.project={stack.namespace}"})
    assert network.attrs["Labels"][f"{COMPOSE}.network"] == "default"
    assert inspected(stack, "web")["State"]["Health"]["Status"] == "healthy"
    workshop.wtc("down", "web")
    assert set(stack.ids()) == {"db"}
    workshop.wtc("down")
    assert workshop.leftovers() == []


def test_scaling_starts_what_is_missing_and_keeps_what_runs(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": SCALED})
    one = replicas(workshop.up(), "front")
    stack = workshop.up("--scale", "front=3")
    three = replicas(stack, "front")
    assert set(three) == {1, 2, 3}
    assert three[1] == one[1]
    workshop.client.containers.get(three[2]).remove(force=True)
    again = replicas(workshop.up("--scale", "front=3"), "front")
    assert set(again) == {1, 2, 3}
    assert (again[1], again[3]) == (three[1], three[3])
    workshop.up("--scale", "front=0")
    assert replicas(stack, "front") == {}
    assert set(replicas(stack, "back")) == {1}


def test_scaling_without_deps_leaves_the_dependencys_number(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": SCALED})
    stack = workshop.up("--scale", "back=3")
    workshop.up("--no-deps", "--scale", "front=2", "front")
    assert (len(replicas(stack, "front")), len(replicas(stack, "back"))) == (2, 3)


def test_scaling_with_deps_brings_the_dependency_to_its_declared_number(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": SCALED})
    stack = workshop.up("--scale", "back=3")
    workshop.up("--scale", "front=2", "front")
    assert (len(replicas(stack, "front")), set(replicas(stack, "back"))) == (2, {1})


def test_numbers_are_kept_on_the_way_down_and_up(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": SCALED})
    stack = workshop.up("--scale", "front=2")
    first = replicas(stack, "front")[1]
    workshop.up()
    assert replicas(stack, "front") == {1: first}
    workshop.up("--scale", "front=2")
    assert set(replicas(stack, "front")) == {1, 2}
    assert replicas(stack, "front")[1] == first


def test_after_a_change_and_a_scaling_number_one_remains_up_to_date(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": SCALED})
    before = replicas(workshop.up(), "back")
    changed = {"MAYBE": "value"}
    workshop.up("--scale", "back=2", env=changed)
    stack = workshop.up("--scale", "back=1", env=changed)
    assert set(replicas(stack, "back")) == {1}
    assert replicas(stack, "back") != before
    assert stack.variable("back", "MAYBE") == "value"


def test_no_recreate_keeps_replicas_of_the_old_image(workshop: Workshop) -> None:
    workshop.commit(
        {
            "compose.yaml": stackfile(service("app", "build: .")),
            "Dockerfile": "FROM busybox:1.36\nRUN echo first >/page\n",
        }
    )
    old = replicas(workshop.up(), "app")[1]
    write(workshop.main, {"Dockerfile": "FROM busybox:1.36\nRUN echo second >/page\n"})
    stack = workshop.up("--build", "--no-recreate", "--scale", "app=2")
    assert replicas(stack, "app")[1] == old
    pages = {n: _page(stack, c) for n, c in replicas(stack, "app").items()}
    assert pages == {1: "first\n", 2: "second\n"}


def test_scaling_recreates_nothing(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": SCALED})
    before = workshop.up()
    first = {**replicas(before, "front"), 10: replicas(before, "back")[1]}
    after = workshop.up("--scale", "front=2")
    assert (replicas(after, "front")[1], replicas(after, "back")[1]) == (first[1], first[10])
    assert not any(n["operation"] in {"RemoveContainer", "StopContainer"} for n in after.answer["plan"])


def _page(stack: Stack, container: str) -> str:
    output: bytes = stack.client.containers.get(container).exec_run(["cat", "/page"]).output
    return output.decode()
