"""What depends on what: conditions, failures, one-shots, restarts (scenarios 9 to 15 and 17)."""

import pytest

from tests.e2e.harness import Workshop, write
from tests.e2e.scenarios.stackfile import NEVER_HEALTHY, PROBED, inspected, service, stackfile, states

pytestmark = pytest.mark.engine

ON_HEALTHY = "depends_on: {db: {condition: service_healthy}}"


def test_recreated_dependency_restarts_only_services_with_restart_true(workshop: Workshop) -> None:
    text = stackfile(
        service("nginx", "labels: {TEST: '${LABEL:-0}'}"),
        service("with", "depends_on: {nginx: {condition: service_started, restart: true}}"),
        service("without", "depends_on: {nginx: {condition: service_started}}"),
    )
    workshop.commit({"compose.yaml": text})
    stack = workshop.up()
    ids = stack.ids()
    started = {name: inspected(stack, name)["State"]["StartedAt"] for name in ids}
    workshop.up(env={"LABEL": "1"})
    after = {name: inspected(stack, name)["State"] for name in ids}
    assert stack.ids()["nginx"] != ids["nginx"]
    assert {n: stack.ids()[n] for n in ("with", "without")} == {n: ids[n] for n in ("with", "without")}
    assert after["without"]["StartedAt"] == started["without"]
    # It was stopped before its dependency went, and started after its dependency was back.
    assert after["with"]["FinishedAt"] > started["with"]
    assert after["with"]["StartedAt"] > after["nginx"]["StartedAt"] > after["with"]["FinishedAt"]


def test_recreating_without_deps_does_not_wait_for_them(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": stackfile(service("web", ON_HEALTHY), service("db", NEVER_HEALTHY))})
    workshop.wtc("up", "--no-deps", "web")
    stack = workshop.up("--recreate", "--no-deps", "web")
    assert states(stack) == {"web": "running"}


def test_an_unhealthy_dependency_fails_up_and_its_dependent_is_not_started(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": stackfile(service("web", ON_HEALTHY), service("db", NEVER_HEALTHY))})
    ended = workshop.refused("up", status=1)
    assert "_db` is unhealthy" in ended.err
    status = workshop.wtc("status", "--json", status=None).json()
    assert {s["service"]: s["state"] for s in status["services"]} == {"web": "created", "db": "running"}


@pytest.mark.parametrize("condition", ["service_healthy", "service_completed_successfully"])
def test_a_dependency_that_exits_fails_up_with_its_status(workshop: Workshop, condition: str) -> None:
    depends = f"depends_on: {{db: {{condition: {condition}}}}}"
    workshop.commit(
        {"compose.yaml": stackfile(service("web", depends), service("db", PROBED, command="sh -c 'exit 3'"))}
    )
    assert "exited with status 3" in workshop.refused("up", status=1).err


def test_a_dependency_that_is_not_required_may_fail(workshop: Workshop) -> None:
    depends = "depends_on: {bar: {condition: service_healthy, required: false}}"
    workshop.commit({"compose.yaml": stackfile(service("foo", depends), service("bar", NEVER_HEALTHY))})
    ended = workshop.wtc("up", "--json")
    assert "warning:" in ended.err
    assert "_bar` is unhealthy" in ended.err
    services = {s["service"]: s["state"] for s in workshop.wtc("status", "--json", status=None).json()["services"]}
    assert services["foo"] == "running"


def test_a_dependency_that_only_another_service_can_do_without_fails_up(workshop: Workshop) -> None:
    text = stackfile(
        service("easy", "depends_on: {bar: {condition: service_healthy, required: false}}"),
        service("strict", "depends_on: {bar: {condition: service_healthy}}"),
        service("bar", NEVER_HEALTHY),
    )
    workshop.commit({"compose.yaml": text})
    assert "_bar` is unhealthy" in workshop.refused("up", status=1).err
    services = {s["service"]: s["state"] for s in workshop.wtc("status", "--json", status=None).json()["services"]}
    assert (services["easy"], services["strict"]) == ("running", "created")


def test_a_dependency_that_is_not_required_and_off_is_not_started(workshop: Workshop) -> None:
    depends = "depends_on: {bar: {condition: service_healthy, required: false}}"
    workshop.commit({"compose.yaml": stackfile(service("foo", depends), service("bar", "profiles: [off]"))})
    assert states(workshop.up("foo")) == {"foo": "running"}


@pytest.mark.jobs("apart")
def test_up_ends_although_a_one_shot_has_exited(workshop: Workshop) -> None:
    text = stackfile(
        service("app", "depends_on: {init: {condition: service_completed_successfully}}"),
        service("init", command="'true'"),
        service("apart", command="'true'"),
    )
    workshop.commit({"compose.yaml": text})
    stack = workshop.up()
    assert states(stack) == {"app": "running", "init": "exited", "apart": "exited"}


def test_a_one_shot_is_done_before_its_dependent_begins(workshop: Workshop) -> None:
    text = stackfile(
        service("a", "volumes: ['log:/log']", command="sh -c 'echo a >>/log/out'"),
        service(
            "b",
            "volumes: ['log:/log']",
            "depends_on: {a: {condition: service_completed_successfully}}",
            command="sh -c 'echo b >>/log/out'",
        ),
        service(
            "reader",
            "volumes: ['log:/log']",
            "depends_on: {b: {condition: service_completed_successfully}}",
        ),
        volumes="{log: }",
    )
    workshop.commit({"compose.yaml": text})
    assert workshop.up().run("reader", "cat", "/log/out") == "a\nb\n"


def test_up_starts_a_stopped_dependency_and_without_deps_it_does_not(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": stackfile(service("web", "depends_on: [db]"), service("db"))})
    stack = workshop.up()
    for name in ("web", "db"):
        stack.container(name).stop(timeout=0)
    assert states(workshop.up("--no-deps", "web")) == {"web": "running", "db": "exited"}
    stack.container("web").stop(timeout=0)
    assert states(workshop.up("web")) == {"web": "running", "db": "running"}


def test_recreated_service_recreates_services_that_share_its_namespaces(workshop: Workshop) -> None:
    text = stackfile(service("base", "labels: {X: '1'}"), service("guest", "network_mode: service:base"))
    workshop.commit({"compose.yaml": text})
    before = workshop.up().ids()
    write(workshop.main, {"compose.yaml": text.replace("X: '1'", "X: '2'")})
    stack = workshop.up()
    assert not set(stack.ids().values()) & set(before.values())
    assert inspected(stack, "guest")["HostConfig"]["NetworkMode"] == f"container:{stack.ids()['base']}"
