"""`start`, `stop`, `restart`, `kill`, `pause` and `unpause` on a real stack."""

import pytest

from tests.e2e.harness import QUICK, SHOP, Stack, Workshop, one_service, until, write

pytestmark = pytest.mark.engine

ALONG = f"""\
services:
  base:
    {QUICK}
    command: sleep 1000
  along:
    {QUICK}
    command: sleep 1000
    depends_on: {{base: {{condition: service_started, restart: true}}}}
  apart:
    {QUICK}
    command: sleep 1000
    depends_on: [base]
"""
HOOKED = f"""\
services:
  web:
    {QUICK}
    command: sleep 1000
    volumes: ["./said:/said"]
    ports: ["${{WEB_PORT:-8080}}:80"]
    post_start: [{{command: [sh, -c, 'echo began ${{WTC_PORT_WEB}} >> /said/it']}}]
    pre_stop: [{{command: [sh, -c, 'echo ends >> /said/it']}}]
"""


def states(stack: Stack) -> dict[str, str]:
    """Service -> its container's state."""
    return {service: stack.client.containers.get(i).status for service, i in stack.ids().items()}


def begun(stack: Stack) -> dict[str, str]:
    """Service -> when its container was started."""
    return {s: stack.client.containers.get(i).attrs["State"]["StartedAt"] for s, i in stack.ids().items()}


@pytest.fixture
def shop(workshop: Workshop) -> Stack:
    workshop.commit({"compose.yaml": SHOP})
    return workshop.up()


@pytest.fixture
def along(workshop: Workshop) -> Stack:
    workshop.commit({"compose.yaml": ALONG})
    return workshop.up()


def test_stop_and_start_keep_the_containers_and_ports(workshop: Workshop, shop: Stack) -> None:
    before = shop.ids()
    workshop.wtc("stop")
    assert states(shop) == {"web": "exited", "db": "exited"}
    workshop.wtc("start")
    assert (states(shop), shop.ids()) == ({"web": "running", "db": "running"}, before)
    until(lambda: shop.container("web").health == "healthy", "`web` is healthy")
    again = workshop.up()
    assert (again.answer["changed"], again.ports) == (False, shop.ports)


def test_start_waits_for_what_has_to_be_healthy(workshop: Workshop, shop: Stack) -> None:
    workshop.wtc("stop")
    workshop.wtc("start")
    started = begun(shop)
    assert started["db"] < started["web"]
    assert shop.container("db").attrs["State"]["Health"]["Status"] == "healthy"


def test_stop_of_one_leaves_its_dependency_and_start_brings_it(workshop: Workshop, shop: Stack) -> None:
    workshop.wtc("stop", "web")
    assert states(shop) == {"web": "exited", "db": "running"}
    workshop.wtc("stop")
    workshop.wtc("start", "web")
    assert states(shop) == {"web": "running", "db": "running"}


def test_ps_shows_what_is_stopped_only_when_asked(workshop: Workshop, along: Stack) -> None:
    workshop.wtc("stop")
    assert along.namespace not in workshop.wtc("ps").out
    assert workshop.wtc("ps", "-a").out.count(along.namespace) == 3


def test_restart_brings_up_what_has_ended(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": one_service("job", command="sh -c 'sleep infinity'")})
    stack = workshop.up()
    before = stack.ids()
    stack.container("job").kill()
    workshop.wtc("restart")
    assert (states(stack), stack.ids()) == ({"job": "running"}, before)


def test_restart_also_restarts_only_dependents_with_restart_true(workshop: Workshop, along: Stack) -> None:
    before = begun(along)
    workshop.wtc("restart", "base")
    after = begun(along)
    assert {s for s in after if after[s] != before[s]} == {"base", "along"}
    assert after["base"] < after["along"]
    workshop.wtc("restart", "--no-deps", "base")
    assert {s for s, at in begun(along).items() if at != after[s]} == {"base"}


def test_hooks_run_at_start_and_before_stop_with_the_leased_port(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": HOOKED, "said/.keep": ""})
    port = workshop.up().ports["web/80/tcp"]
    said = workshop.main / "said" / "it"
    said.write_text("")
    workshop.wtc("restart")
    workshop.wtc("stop")
    workshop.wtc("start")
    workshop.wtc("down")
    assert said.read_text().splitlines() == ["ends", f"began {port}", "ends", f"began {port}", "ends"]


def test_failed_pre_stop_is_one_warning_and_the_container_stops(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": one_service("web", "pre_stop: [{command: [sh, -c, 'echo no; exit 5']}]")})
    stack = workshop.up()
    assert workshop.wtc("stop").err.count("ended with status 5") == 1
    assert states(stack) == {"web": "exited"}
    workshop.up()
    assert workshop.wtc("down").err.count("ended with status 5") == 1
    assert states(stack) == {}


def test_the_commands_work_when_the_file_is_gone(workshop: Workshop, shop: Stack) -> None:
    (workshop.main / "compose.yaml").unlink()
    before = begun(shop)
    workshop.wtc("stop", "-w", str(workshop.main))
    workshop.wtc("start", "-w", str(workshop.main))
    after = begun(shop)
    assert states(shop) == {"web": "running", "db": "running"}
    assert before["web"] < after["db"] < after["web"]


def test_kill_sends_the_signal_that_is_named(workshop: Workshop) -> None:
    command = "sh -c 'trap \"exit 9\" HUP; while :; do sleep 0.1; done'"
    workshop.commit({"compose.yaml": one_service(command=command)})
    stack = workshop.up()
    workshop.wtc("kill", "-s", "HUP")
    assert stack.container("web").wait()["StatusCode"] == 9
    assert "nothing to kill" in workshop.wtc("kill").err


def test_a_signal_that_is_none_is_one_clear_error(workshop: Workshop, along: Stack) -> None:
    workshop.refused("kill", "-s", "NOPE", "base", status=1)
    assert states(along)["base"] == "running"


def test_pause_stops_processes_and_unpause_resumes_them(workshop: Workshop, along: Stack) -> None:
    workshop.wtc("pause", "base")
    assert states(along) == {"base": "paused", "along": "running", "apart": "running"}
    workshop.wtc("unpause")
    assert set(states(along).values()) == {"running"}


def test_start_lets_what_is_paused_go_on(workshop: Workshop, along: Stack) -> None:
    workshop.wtc("pause")
    before = begun(along)
    workshop.wtc("start")
    assert set(states(along).values()) == {"running"}
    assert begun(along) == before


@pytest.mark.parametrize("verb", ["stop", "restart", "kill"])
def test_nothing_there_is_success(workshop: Workshop, verb: str) -> None:
    workshop.commit({"compose.yaml": one_service()})
    assert "has no containers" in workshop.wtc(verb).err


def test_start_without_containers_suggests_up(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": one_service()})
    assert "run `wtc up`" in workshop.refused("start", status=1).err
    assert "run `wtc up`" in workshop.refused("start", "web", status=1).err


def test_an_unknown_service_is_one_clear_error_and_nothing_is_done(workshop: Workshop, along: Stack) -> None:
    assert "no such service: `aprat`" in workshop.refused("stop", "base", "aprat", status=2).err
    assert "no such service: `aprat`" in workshop.refused("kill", "base", "aprat", status=2).err
    assert set(states(along).values()) == {"running"}


def test_a_dry_run_tells_and_does_nothing(workshop: Workshop, shop: Stack) -> None:
    before = begun(shop)
    lines = workshop.wtc("restart", "--dry-run").out.splitlines()
    assert [line.split(" ", 1)[1].split(":")[0] for line in lines] == [
        f"stop container {shop.namespace}_web",
        f"stop container {shop.namespace}_db",
        f"start container {shop.namespace}_db",
        f"wait for {shop.namespace}_db to be healthy",
        f"start container {shop.namespace}_web",
    ]
    assert begun(shop) == before


def test_the_answer_for_a_machine_holds_the_plan(workshop: Workshop, along: Stack) -> None:
    document = workshop.wtc("stop", "--json", "apart").json()
    assert (document["ok"], document["changed"], len(document["plan"])) == (True, True, 1)
    assert document["plan"][0]["operation"] == "StopContainer"


def test_only_this_worktrees_containers_are_touched(workshop: Workshop, along: Stack) -> None:
    other = workshop.worktree("other")
    write(other, {"compose.yaml": one_service()})
    there = workshop.up(cwd=other)
    workshop.wtc("kill")
    assert set(states(along).values()) == {"exited"}
    assert states(there) == {"web": "running"}
