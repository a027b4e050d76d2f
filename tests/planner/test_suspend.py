"""Stop the running containers, and start the same ones again."""

from inline_snapshot import snapshot

from tests.planner.test_lifecycle import DB, OTHER, PROXY, WEB, executed, states, world
from wtc.model.service import Dependency, Service
from wtc.planner.suspend import plan_resume, plan_suspend, suspendable_containers

JOB = Service(name="job", image="busybox:1.36")
APP = Service(
    name="app", image="nginx:1.22", depends_on={"job": Dependency(condition="service_completed_successfully")}
)


def test_active_containers_are_stopped_dependents_first_and_started_again_in_reverse() -> None:
    there = world(DB, WEB, PROXY)
    running = [c.id for c in suspendable_containers(there.observed())]
    assert executed(there, plan_suspend(there.observed())) == snapshot("""\
1 stop container accra-a1b2c3_proxy: `stop`
2 stop container accra-a1b2c3_web: `stop` (after 1)
3 stop container accra-a1b2c3_db: `stop` (after 2)\
""")
    assert executed(there, plan_resume(there.observed(), running)) == snapshot("""\
1 start container accra-a1b2c3_db: `start`
2 wait for accra-a1b2c3_db to be healthy: `web` depends on it (after 1)
3 start container accra-a1b2c3_web: `start` (after 2)
4 start container accra-a1b2c3_proxy: `start` (after 3)\
""")


def test_container_that_did_not_run_is_not_started() -> None:
    there = world(DB, WEB, OTHER)
    idle = next(c for c in there.containers.values() if c.service == "other")
    there.change(idle.id, state="exited", health="")
    running = [c.id for c in suspendable_containers(there.observed())]
    there.run(plan_suspend(there.observed()))
    there.run(plan_resume(there.observed(), running))
    assert states(there) == {"db": "running", "web": "running", "other": "exited"}


def test_completed_job_is_neither_started_nor_waited_for() -> None:
    there = world(JOB, APP)
    job = next(c for c in there.containers.values() if c.service == "job")
    there.change(job.id, state="exited", health="")
    running = [c.id for c in suspendable_containers(there.observed())]
    there.run(plan_suspend(there.observed()))
    assert executed(there, plan_resume(there.observed(), running)) == snapshot(
        "1 start container accra-a1b2c3_app: `start`"
    )


def test_paused_container_remains_paused() -> None:
    there = world(DB)
    (container,) = there.containers.values()
    there.change(container.id, state="paused")
    assert not suspendable_containers(there.observed())
    assert not plan_suspend(there.observed())


def test_removed_container_is_not_started() -> None:
    there = world(DB)
    assert not plan_resume(there.observed(), ["removed"])
