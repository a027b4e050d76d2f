"""The plans of `start`, `stop`, `restart`, `kill`, `pause` and `unpause`, as text."""

from dataclasses import replace

import pytest
from inline_snapshot import snapshot

from tests.planner.world import NAMESPACE, World, desired, project
from wtc.errors import WtcError
from wtc.model.observed import Observed
from wtc.model.plan import Plan
from wtc.model.plan_text import plan_text
from wtc.model.service import Dependency, Hook, Service
from wtc.model.up_options import UpOptions
from wtc.planner.down import plan_down
from wtc.planner.lifecycle import ServiceHooks, plan_kill, plan_pause, plan_restart, plan_start, plan_stop, plan_unpause
from wtc.planner.up import plan_up

DB = Service(name="db", image="postgres:15")
WEB = Service(name="web", image="nginx:1.22", depends_on={"db": Dependency(condition="service_healthy", restart=True)})
PROXY = Service(name="proxy", image="nginx:1.22", depends_on={"web": Dependency()})
OTHER = Service(name="other", image="redis:7", depends_on={"db": Dependency()})


def world(*services: Service, scales: dict[str, int] | None = None) -> World:
    """Return a world with a healthy running stack."""
    there = World()
    there.run(plan_up(desired(project(*services), scales=scales or {}), there.observed(), UpOptions()))
    for container in list(there.containers.values()):
        there.change(container.id, state="running", health="healthy")
    return there


def stopped(*services: Service) -> World:
    there = world(*services)
    for container in list(there.containers.values()):
        there.change(container.id, state="exited", health="")
    return there


def executed(there: World, plan: Plan) -> str:
    """Execute the plan in the world and return its text."""
    there.run(plan)
    return plan_text(plan)


def states(there: World) -> dict[str, str]:
    return {c.service: c.state for c in there.containers.values()}


def test_start_starts_dependencies_first_and_waits_for_their_conditions() -> None:
    there = stopped(DB, WEB, PROXY)
    assert executed(there, plan_start(there.observed(), {})) == snapshot("""\
1 start container accra-a1b2c3_db: `start`
2 wait for accra-a1b2c3_db to be healthy: `web` depends on it (after 1)
3 start container accra-a1b2c3_web: `start` (after 2)
4 start container accra-a1b2c3_proxy: `start` (after 3)\
""")


def test_start_of_one_service_starts_its_dependencies() -> None:
    there = stopped(DB, WEB, OTHER)
    assert executed(there, plan_start(there.observed(), {}, services=["other"])) == snapshot("""\
1 start container accra-a1b2c3_db: `other` depends on it
2 start container accra-a1b2c3_other: `start` (after 1)\
""")
    assert states(there) == {"db": "running", "web": "exited", "other": "running"}


def test_start_of_running_containers_plans_nothing() -> None:
    assert not plan_start(world(DB, WEB, PROXY).observed(), {})


def test_start_waits_for_a_running_dependency_that_is_not_healthy() -> None:
    there = world(DB, WEB)
    there.change("accra-a1b2c3_db", health="starting")
    there.change("accra-a1b2c3_web", state="exited")
    assert executed(there, plan_start(there.observed(), {})) == snapshot("""\
1 wait for accra-a1b2c3_db to be healthy: `web` depends on it
2 start container accra-a1b2c3_web: `start` (after 1)\
""")


def test_start_unpauses_a_paused_container_without_hooks() -> None:
    there = world(DB)
    there.change("accra-a1b2c3_db", state="paused")
    hooks = {"db": ServiceHooks(post_start=(Hook(command=("true",)),))}
    assert executed(there, plan_start(there.observed(), hooks)) == snapshot(
        "1 unpause container accra-a1b2c3_db: `start`"
    )


def test_start_runs_a_job_again_if_others_wait_for_it() -> None:
    job = Service(name="job", image="busybox:1.36")
    app = Service(
        name="app", image="nginx:1.22", depends_on={"job": Dependency(condition="service_completed_successfully")}
    )
    there = stopped(job, app)
    assert executed(there, plan_start(there.observed(), {})) == snapshot("""\
1 start container accra-a1b2c3_job: `start`
2 wait for accra-a1b2c3_job to be completed: `app` depends on it (after 1)
3 start container accra-a1b2c3_app: `start` (after 2)\
""")


def test_start_takes_hooks_and_optional_dependencies_from_the_file() -> None:
    there = stopped(DB, WEB)
    hooks = {
        "web": ServiceHooks(
            depends_on={"db": Dependency(condition="service_healthy", required=False)},
            post_start=(Hook(command=("warm",)), Hook(command=("tell",))),
        )
    }
    plan = plan_start(there.observed(), hooks)
    assert executed(there, plan) == snapshot("""\
1 start container accra-a1b2c3_db: `start`
2 wait for accra-a1b2c3_db to be healthy: `web` depends on it (after 1)
3 start container accra-a1b2c3_web: `start` (after 2)
4 run hook in accra-a1b2c3_web: post_start (after 3)
5 run hook in accra-a1b2c3_web: post_start (after 4)\
""")
    assert [getattr(n.operation, "required", None) for n in plan][1] is False


def test_start_of_a_service_without_a_container_is_refused() -> None:
    with pytest.raises(WtcError, match="service `nope` has no container to start"):
        plan_start(stopped(DB).observed(), {}, services=["nope"])


def test_start_is_refused_if_a_required_dependency_has_no_container() -> None:
    there = stopped(WEB, DB)
    del there.containers[there.find("accra-a1b2c3_db").id]
    with pytest.raises(WtcError, match="`web` depends on `db`, which has no container"):
        plan_start(there.observed(), {}, services=["web"])


def test_start_skips_a_dependency_that_is_scaled_to_0() -> None:
    there = stopped(DB, OTHER)
    del there.containers[there.find("accra-a1b2c3_db").id]
    assert executed(there, plan_start(there.observed(), {})) == "1 start container accra-a1b2c3_other: `start`"


def test_unfinished_replacement_is_not_started() -> None:
    there = stopped(DB)
    old = there.find("accra-a1b2c3_db")
    there.containers["half"] = replace(old, id="half", name=f"next_{old.name}", state="created", replaces=old.id)
    assert executed(there, plan_start(there.observed(), {})) == "1 start container accra-a1b2c3_db: `start`"


def test_stop_stops_dependents_first_after_their_hooks() -> None:
    there = world(DB, WEB, PROXY)
    hooks = {"web": ServiceHooks(depends_on=WEB.depends_on, pre_stop=(Hook(command=("flush",)),))}
    assert executed(there, plan_stop(there.observed(), hooks, timeout_s=3)) == snapshot("""\
1 stop container accra-a1b2c3_proxy: `stop`
2 run hook in accra-a1b2c3_web: pre_stop (after 1)
3 stop container accra-a1b2c3_web: `stop` (after 2)
4 stop container accra-a1b2c3_db: `stop` (after 3)\
""")


def test_stop_keeps_the_order_through_a_service_that_does_not_run() -> None:
    there = world(DB, WEB, PROXY)
    there.change("accra-a1b2c3_web", state="exited")
    assert executed(there, plan_stop(there.observed(), {})) == snapshot("""\
1 stop container accra-a1b2c3_proxy: `stop`
2 stop container accra-a1b2c3_db: `stop` (after 1)\
""")


def test_stop_of_one_service_stops_no_other_service() -> None:
    there = world(DB, WEB, PROXY)
    assert executed(there, plan_stop(there.observed(), {}, services=["web"])) == (
        "1 stop container accra-a1b2c3_web: `stop`"
    )


def test_down_removes_a_network_after_the_end_of_each_stop() -> None:
    there = world(DB, WEB)
    assert executed(there, plan_down(NAMESPACE, there.observed())) == snapshot("""\
1 stop container accra-a1b2c3_web: `down`
2 remove container accra-a1b2c3_web: `down` (after 1)
3 stop container accra-a1b2c3_db: `down` (after 1)
4 remove container accra-a1b2c3_db: `down` (after 3)
5 remove network accra-a1b2c3_net: no container of the stack uses it (after 1, 3)\
""")


def test_down_runs_pre_stop_hooks_of_running_containers() -> None:
    there = world(DB, WEB)
    there.change("accra-a1b2c3_db", state="exited")
    hooks = {name: ServiceHooks(pre_stop=(Hook(command=("flush",)),)) for name in ("db", "web")}
    plan = plan_down(NAMESPACE, there.observed(), declared=hooks)
    assert executed(there, plan) == snapshot("""\
1 run hook in accra-a1b2c3_web: pre_stop
2 stop container accra-a1b2c3_web: `down` (after 1)
3 remove container accra-a1b2c3_web: `down` (after 2)
4 remove container accra-a1b2c3_db: `down` (after 2)
5 remove network accra-a1b2c3_net: no container of the stack uses it (after 2)\
""")


def test_restart_restarts_dependents_with_restart_true() -> None:
    there = world(DB, WEB, OTHER)
    assert executed(there, plan_restart(there.observed(), {}, services=["db"])) == snapshot("""\
1 stop container accra-a1b2c3_web: `restart`
2 stop container accra-a1b2c3_db: `restart` (after 1)
3 start container accra-a1b2c3_db: `restart` (after 2)
4 wait for accra-a1b2c3_db to be healthy: `web` depends on it (after 3)
5 start container accra-a1b2c3_web: `restart` (after 1, 4)\
""")


def test_restart_of_a_service_without_a_container_plans_nothing() -> None:
    assert plan_text(plan_restart(world(DB, WEB).observed(), {}, services=["tool"])) == ""


def test_restart_without_dependents_restarts_only_the_named_services() -> None:
    there = world(DB, WEB, OTHER)
    assert executed(there, plan_restart(there.observed(), {}, services=["db"], no_deps=True)) == snapshot("""\
1 stop container accra-a1b2c3_db: `restart`
2 start container accra-a1b2c3_db: `restart` (after 1)\
""")


def test_restart_starts_stopped_containers() -> None:
    there = stopped(DB)
    assert executed(there, plan_restart(there.observed(), {})) == "1 start container accra-a1b2c3_db: `restart`"


def test_restart_of_replicas_stops_and_starts_each() -> None:
    there = world(DB, scales={"db": 2})
    assert executed(there, plan_restart(there.observed(), {})) == snapshot("""\
1 stop container accra-a1b2c3_db: `restart`
2 stop container accra-a1b2c3_db_2: `restart`
3 start container accra-a1b2c3_db: `restart` (after 1)
4 start container accra-a1b2c3_db_2: `restart` (after 2)\
""")


def test_kill_signals_only_running_containers() -> None:
    there = world(DB, WEB)
    there.change("accra-a1b2c3_web", state="exited")
    assert plan_text(plan_kill(there.observed(), signal="HUP")) == "1 send HUP to container accra-a1b2c3_db: `kill`"


def test_pause_and_unpause_undo_each_other() -> None:
    there = world(DB, WEB)
    assert executed(there, plan_pause(there.observed(), services=["db"])) == snapshot(
        "1 pause container accra-a1b2c3_db: `pause`"
    )
    assert not plan_pause(there.observed(), services=["db"])
    assert executed(there, plan_unpause(there.observed())) == "1 unpause container accra-a1b2c3_db: `unpause`"


@pytest.mark.parametrize("plan", [plan_stop, plan_restart, plan_start])
def test_plan_is_empty_without_containers(plan: object) -> None:
    assert callable(plan)
    assert not plan(Observed(), {})
