"""start, stop, restart, kill and hooks on a stack that is there (scenarios 8, 9, 16, 17 and 19)."""

import pytest

from tests.e2e.harness import Workshop, until
from tests.e2e.scenarios.stackfile import PROBED, inspected, service, stackfile, states

pytestmark = pytest.mark.engine

PAIR = stackfile(service("web", "depends_on: [db]"), service("db"))
PROFILED = stackfile(service("regular"), service("profiled", "profiles: [test-profile]"))


@pytest.mark.jobs("once")
def test_restart_brings_an_exited_container_up(workshop: Workshop) -> None:
    text = stackfile(service("once", command="sh -c 'echo >>/starts; [ $$(wc -l </starts) -lt 3 ] || exec sleep 1000'"))
    workshop.commit({"compose.yaml": text})
    stack = workshop.up()
    until(lambda: states(stack) == {"once": "exited"}, "the container has exited")
    workshop.wtc("restart")
    assert states(stack) == {"once": "running"}


def test_restart_restarts_only_dependents_with_restart_true(workshop: Workshop) -> None:
    text = stackfile(
        service("nginx"),
        service("with", "depends_on: {nginx: {condition: service_started, restart: true}}"),
        service("without", "depends_on: {nginx: {condition: service_started}}"),
    )
    workshop.commit({"compose.yaml": text})
    stack = workshop.up()
    ids = stack.ids()
    before = {name: inspected(stack, name)["State"]["StartedAt"] for name in ids}
    workshop.wtc("restart", "nginx")
    after = {name: inspected(stack, name)["State"]["StartedAt"] for name in ids}
    assert stack.ids() == ids
    assert {name for name in ids if after[name] != before[name]} == {"nginx", "with"}
    assert after["with"] > after["nginx"]


def test_stop_and_start_keep_the_containers(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": PAIR})
    stack = workshop.up()
    ids = stack.ids()
    workshop.wtc("stop")
    assert states(stack) == {"web": "exited", "db": "exited"}
    (listed,) = [s for s in workshop.wtc("ps", "-a", "--json").json()["stacks"] if s["namespace"] == stack.namespace]
    assert {c["state"] for c in listed["containers"]} == {"exited"}
    workshop.wtc("start")
    assert states(stack) == {"web": "running", "db": "running"}
    assert stack.ids() == ids


def test_stop_of_one_leaves_its_dependency_and_start_brings_it(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": PAIR})
    stack = workshop.up()
    workshop.wtc("stop", "web")
    assert states(stack) == {"web": "exited", "db": "running"}
    workshop.wtc("stop")
    workshop.wtc("start", "web")
    assert states(stack) == {"web": "running", "db": "running"}


def test_links_count_as_dependencies(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": stackfile(service("web", "links: [db]"), service("db"))})
    stack = workshop.up("web")
    assert states(stack) == {"web": "running", "db": "running"}
    workshop.wtc("stop")
    workshop.wtc("start", "web")
    assert states(stack) == {"web": "running", "db": "running"}


def test_stop_start_and_restart_include_services_of_inactive_profiles(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": PROFILED})
    stack = workshop.up("--profile", "test-profile")
    for profile in ((), ("--profile", "test-profile")):
        workshop.wtc("stop", *profile)
        assert set(states(stack).values()) == {"exited"}
        workshop.wtc("start", *profile)
        workshop.wtc("restart", *profile)
        assert states(stack) == {"regular": "running", "profiled": "running"}


def test_kill_ends_what_runs_and_up_starts_it_again(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": PAIR})
    stack = workshop.up()
    ids = stack.ids()
    workshop.wtc("kill", "-s", "KILL", "db")
    assert states(stack) == {"web": "running", "db": "exited"}
    assert inspected(stack, "db")["State"]["ExitCode"] == 137
    assert states(workshop.up()) == {"web": "running", "db": "running"}
    assert stack.ids() == ids


def test_start_waits_for_health_as_up_does(workshop: Workshop) -> None:
    text = stackfile(
        service("web", "depends_on: {db: {condition: service_healthy}}"),
        service("db", PROBED),
    )
    workshop.commit({"compose.yaml": text})
    stack = workshop.up()
    workshop.wtc("stop")
    workshop.wtc("start")
    assert inspected(stack, "web")["State"]["StartedAt"] > inspected(stack, "db")["State"]["StartedAt"]
    assert inspected(stack, "db")["State"]["Health"]["Status"] == "healthy"


@pytest.mark.parametrize(("command", "status"), [("exit 0", 0), ("exit 7", 1)])
def test_a_failing_post_start_hook_fails_up(workshop: Workshop, command: str, status: int) -> None:
    hook = f"post_start: [{{command: [sh, -c, 'echo ran >/ran; {command}']}}]"
    workshop.commit({"compose.yaml": stackfile(service("web", hook))})
    ended = workshop.wtc("up", status=status)
    assert ("status 7" in ended.err) is bool(status)


def test_a_pre_stop_hook_runs_before_its_container_stops(workshop: Workshop) -> None:
    hook = "pre_stop: [{command: [sh, -c, 'echo stopping >>/log/out']}]"
    text = stackfile(service("web", hook, "volumes: ['log:/log']"), service("reader", "volumes: ['log:/log']"))
    workshop.commit({"compose.yaml": text + "volumes: {log: }\n"})
    stack = workshop.up()
    workshop.wtc("stop", "web")
    assert stack.run("reader", "cat", "/log/out") == "stopping\n"


@pytest.mark.parametrize("logging", ["", "logging: {driver: none}"], ids=["readable-log", "no-log"])
def test_a_dependency_is_stopped_after_its_dependent_has_exited(workshop: Workshop, logging: str) -> None:
    # The dependent writes what the dependency reads when it is stopped, and closes its output before it does so.
    last = (
        "trap 'exec >/dev/null 2>&1; sleep 0.5; echo written >/log/last; exit' TERM; touch /log/web; sleep 1000 & wait"
    )
    first = "trap 'cat /log/last >/log/seen; exit' TERM; touch /log/db; sleep 1000 & wait"
    volumes = "volumes: ['log:/log']"
    text = stackfile(
        service("web", "depends_on: [db]", volumes, *filter(None, [logging]), command=f'sh -c "{last}"'),
        service("db", volumes, command=f'sh -c "{first}"'),
        service("reader", volumes),
    )
    workshop.commit({"compose.yaml": text + "volumes: {log: }\n"})
    stack = workshop.up()
    until(lambda: stack.run("reader", "ls", "/log").split() == ["db", "web"], "both handle the signal")
    workshop.wtc("stop", "-t", "30", "web", "db")
    assert stack.run("reader", "cat", "/log/seen") == "written\n"
