"""Jobs and shared namespaces: one `up` does everything, and a second `up` has an empty plan."""

from dataclasses import replace

import pytest
from inline_snapshot import snapshot

from tests.planner.world import World, desired, project
from wtc.model.desired import Desired
from wtc.model.plan import Plan, RunHook
from wtc.model.plan_text import plan_text
from wtc.model.service import Dependency, Hook, Service
from wtc.model.up_options import Recreate, UpOptions
from wtc.planner.up import plan_up

COMPLETED = Dependency(condition="service_completed_successfully")
IMPLIED = Dependency(restart=True)
"""The dependency that is added for `network_mode: service:x`."""


def job(name: str, *needs: str) -> Service:
    return Service(name=name, image="app", depends_on=dict.fromkeys(needs, COMPLETED))


def sidecar(name: str, owner: str, attribute: str = "network_mode") -> Service:
    service = Service(name=name, image="app", depends_on={owner: IMPLIED})
    return replace(service, **{attribute: f"service:{owner}"})  # pyright: ignore[reportArgumentType]  an attribute


def plan_for(stack: Desired, world: World) -> Plan:
    return plan_up(stack, world.observed(), UpOptions())


def up(stack: Desired, world: World) -> str:
    """Execute the plan, check that a second one is empty, and return its text."""
    plan = plan_for(stack, world)
    world.run(plan)
    assert plan_text(plan_for(stack, world)) == ""
    return plan_text(plan)


def key(service: str) -> str:
    return f"accra-a1b2c3_{service}"


@pytest.mark.parametrize(
    "services",
    [
        (job("a"), job("b", "a"), Service(name="c", image="app", depends_on={"b": COMPLETED})),
        (job("a"), job("b", "a"), job("c", "b"), Service(name="d", image="app", depends_on={"c": COMPLETED})),
        (job("a"), job("b", "a"), Service(name="c", image="app", depends_on={"a": COMPLETED, "b": COMPLETED})),
        # In an order that is not the one of the dependencies, and with two ends.
        (
            Service(name="web", image="app", depends_on={"seed": COMPLETED}),
            Service(name="api", image="app", depends_on={"migrate": COMPLETED}),
            job("seed", "migrate"),
            job("migrate"),
        ),
    ],
    ids=["two", "three", "both", "fork"],
)
def test_chain_of_completed_jobs_is_not_run_again(services: tuple[Service, ...]) -> None:
    up(desired(project(*services)), World())


def test_chain_of_completed_jobs_runs_again_before_the_service_at_its_end() -> None:
    stack = desired(project(job("a"), job("b", "a"), Service(name="c", image="app", depends_on={"b": COMPLETED})))
    world = World()
    world.run(plan_for(stack, world))
    world.change(key("c"), state="exited")
    assert up(stack, world) == snapshot("""\
1 start container accra-a1b2c3_a: it is exited
2 wait for accra-a1b2c3_a to be completed: `b` depends on it (after 1)
3 start container accra-a1b2c3_b: it is exited (after 2)
4 wait for accra-a1b2c3_b to be completed: `c` depends on it (after 3)
5 start container accra-a1b2c3_c: it is exited (after 4)
6 wait for accra-a1b2c3_c to be ready: `up` waits for it (after 5)\
""")


def test_failed_job_in_a_chain_runs_again_with_what_it_waits_for() -> None:
    stack = desired(project(job("a"), job("b", "a"), Service(name="c", image="app", depends_on={"b": COMPLETED})))
    world = World()
    world.run(plan_for(stack, world))
    world.change(key("b"), exit_code=3)
    assert up(stack, world) == snapshot("""\
1 start container accra-a1b2c3_a: it is exited
2 wait for accra-a1b2c3_a to be completed: `b` depends on it (after 1)
3 start container accra-a1b2c3_b: it is exited (after 2)
4 wait for accra-a1b2c3_b to be ready: `up` waits for it (after 3)\
""")


@pytest.mark.parametrize("attribute", ["network_mode", "ipc", "pid"])
def test_sidecar_is_restarted_with_the_stopped_owner_of_its_namespace(attribute: str) -> None:
    stack = desired(project(Service(name="pause", image="app"), sidecar("app", "pause", attribute)))
    world = World()
    world.run(plan_for(stack, world))
    world.change(key("pause"), state="exited", exit_code=137)
    assert up(stack, world) == snapshot("""\
1 stop container accra-a1b2c3_app: `pause`, whose namespace it shares, is restarted
2 start container accra-a1b2c3_pause: it is exited
3 start container accra-a1b2c3_app: `pause`, whose namespace it shares, is restarted (after 1, 2)
4 wait for accra-a1b2c3_pause to be ready: `up` waits for it (after 2)
5 wait for accra-a1b2c3_app to be ready: `up` waits for it (after 3)\
""")


def test_sidecar_is_restarted_after_the_owner_of_its_namespace_restarted_alone() -> None:
    """By its restart policy, by `docker restart`, or by an `up` without the sidecar."""
    stack = desired(project(Service(name="pause", image="app"), sidecar("app", "pause")))
    world = World()
    world.run(plan_for(stack, world))
    world.change(key("pause"), started="2026-01-01T00:01:00Z")
    assert plan_text(plan_for(stack, world)) == snapshot("""\
1 stop container accra-a1b2c3_app: `pause`, whose namespace it shares, was restarted
2 start container accra-a1b2c3_app: `pause`, whose namespace it shares, was restarted (after 1)
3 wait for accra-a1b2c3_app to be ready: `up` waits for it (after 2)\
""")


@pytest.mark.parametrize(
    ("owner", "sidecar_started", "restarted"),
    [
        ("2026-01-01T00:00:01.1Z", "2026-01-01T00:00:01.12Z", False),
        ("2026-01-01T00:00:01.12Z", "2026-01-01T00:00:01.1Z", True),
        ("2026-01-01T00:00:01Z", "2026-01-01T00:00:01.000000001Z", False),
        ("2026-01-01T00:00:01.5Z", "2026-01-01T00:00:01Z", True),
        ("2026-01-01T00:00:01Z", "2026-01-01T00:00:01Z", False),
    ],
)
def test_times_are_compared_with_any_number_of_digits(owner: str, sidecar_started: str, *, restarted: bool) -> None:
    stack = desired(project(Service(name="pause", image="app"), sidecar("app", "pause")))
    world = World()
    world.run(plan_for(stack, world))
    world.change(key("pause"), started=owner)
    world.change(key("app"), started=sidecar_started)
    assert bool(plan_for(stack, world)) is restarted


def test_sidecar_is_recreated_after_the_owner_of_its_namespace_was_recreated_alone() -> None:
    def stack(*services: Service, **env: str) -> Desired:
        return desired(project(Service(name="pause", image="app", environment=dict(env)), *services))

    app = sidecar("app", "pause")
    world = World()
    world.run(plan_for(stack(app), world))
    alone = replace(stack(A="2"), undeclared=frozenset({"app"}))
    world.run(plan_for(alone, world))
    assert "create container next_accra-a1b2c3_app: `pause`, whose namespace it shares, was recreated" in up(
        stack(app, A="2"), world
    )


def test_replacement_of_an_interrupted_run_is_not_used_if_its_namespace_is_recreated() -> None:
    def stack(pause: str, app: str) -> Desired:
        owner = Service(name="pause", image="app", environment={"A": pause})
        return desired(project(owner, replace(sidecar("app", "pause"), environment={"A": app})))

    world = World()
    world.run(plan_for(stack("1", "1"), world))
    world.run(plan_for(stack("1", "2"), world), only_first=1)
    assert world.find("next_accra-a1b2c3_app").namespaces == (world.find(key("pause")).id,)
    up(stack("2", "2"), world)
    assert world.find(key("app")).namespaces == (world.find(key("pause")).id,)


@pytest.mark.parametrize(
    ("service", "change"),
    [
        ("pause", {"state": "paused"}),
        ("app", {"state": "exited", "exit_code": 1}),
    ],
    ids=["paused owner", "stopped sidecar"],
)
def test_sidecar_is_not_restarted_while_its_namespace_exists(service: str, change: dict[str, object]) -> None:
    stack = desired(project(Service(name="pause", image="app"), sidecar("app", "pause")))
    world = World()
    world.run(plan_for(stack, world))
    world.change(key(service), **change)
    assert "stop container" not in plan_text(plan_for(stack, world))


def test_service_that_shares_only_volumes_is_not_restarted() -> None:
    """`volumes_from` implies no restart: a volume outlives the process."""
    user = Service(name="user", image="app", volumes_from=("owner",), depends_on={"owner": Dependency()})
    stack = desired(project(Service(name="owner", image="app"), user))
    world = World()
    world.run(plan_for(stack, world))
    world.change(key("owner"), state="exited")
    assert "user" not in up(stack, world)


def test_sidecar_starts_after_the_owner_of_its_namespace_without_dependencies_too() -> None:
    stack = desired(project(Service(name="pause", image="app"), sidecar("app", "pause")))
    world = World()
    world.run(plan_up(stack, world.observed(), UpOptions(no_deps=True)))
    assert world.find(key("app")).state == "running"


def test_pre_stop_hook_runs_only_in_a_running_container_and_may_fail() -> None:
    flush = Hook(command=("flush",))
    stack = desired(project(Service(name="web", image="app", pre_stop=(flush, flush), post_start=(flush,))))
    world = World()
    world.run(plan_for(stack, world))
    plan = plan_up(stack, world.observed(), UpOptions(recreate=Recreate.ALWAYS))
    hooks = [(n.cause, n.operation.required) for n in plan if isinstance(n.operation, RunHook)]
    assert hooks == [("pre_stop", False), ("pre_stop", False), ("post_start", True)]
    for state in ("paused", "restarting", "exited"):
        world.change(key("web"), state=state)
        plan = plan_up(stack, world.observed(), UpOptions(recreate=Recreate.ALWAYS))
        assert [n.cause for n in plan if isinstance(n.operation, RunHook)] == ["post_start"]
