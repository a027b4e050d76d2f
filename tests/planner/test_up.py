"""The plan of `up`, as text."""

from dataclasses import replace

import pytest
from inline_snapshot import snapshot

from tests.planner.world import World, desired, project, stranger
from wtc.errors import ConflictError, WtcError
from wtc.model.desired import Desired
from wtc.model.mounts import Mount
from wtc.model.observed import ObservedImage, ObservedNetwork, ObservedVolume
from wtc.model.plan import RemoveContainer
from wtc.model.plan_text import operation_text, plan_text
from wtc.model.project import Network
from wtc.model.service import Attachment, Dependency, Service
from wtc.model.up_options import Recreate, UpOptions
from wtc.planner.up import plan_up

DB = Service(name="db", image="postgres:15", volumes=(Mount(type="volume", source="data", target="/data"),))
WEB = Service(name="web", image="nginx:1.22", depends_on={"db": Dependency(condition="service_healthy")})
CLASSIC = project(DB, WEB, volumes=("data",))


def plan(what: Desired, world: World, **options: object) -> str:
    return plan_text(plan_up(what, world.observed(), UpOptions(**options)))  # pyright: ignore[reportArgumentType]


def running(what: Desired) -> World:
    """Return a world in which the stack is up and healthy."""
    world = World()
    world.run(plan_up(what, world.observed(), UpOptions()))
    for container in list(world.containers.values()):
        world.change(container.id, health="healthy")
    return world


def test_first_up_creates_everything_in_dependency_order() -> None:
    assert plan(desired(CLASSIC), World()) == snapshot("""\
1 create network accra-a1b2c3_net: it does not exist
2 create volume accra-a1b2c3_data: it does not exist
3 create container accra-a1b2c3_db: it does not exist (after 2)
4 create container accra-a1b2c3_web: it does not exist
5 start container accra-a1b2c3_db: it does not exist (after 1, 3)
6 wait for accra-a1b2c3_db to be healthy: `web` depends on it (after 5)
7 start container accra-a1b2c3_web: it does not exist (after 4, 6)
8 wait for accra-a1b2c3_web to be ready: `up` waits for it (after 7)\
""")


def test_unchanged_stack_gives_an_empty_plan() -> None:
    stack = desired(CLASSIC)
    assert plan(stack, running(stack)) == ""


def test_only_the_changed_service_is_recreated() -> None:
    world = running(desired(CLASSIC))
    changed = desired(project(DB, replace(WEB, environment={"DEBUG": "1"}), volumes=("data",)))
    assert plan(changed, world) == snapshot("""\
1 create container next_accra-a1b2c3_web: its configuration has changed
2 stop container accra-a1b2c3_web: its configuration has changed (after 1)
3 remove container accra-a1b2c3_web: its configuration has changed (after 2)
4 rename container next_accra-a1b2c3_web to accra-a1b2c3_web: its configuration has changed (after 3)
5 start container accra-a1b2c3_web: its configuration has changed (after 4)
6 wait for accra-a1b2c3_web to be ready: `up` waits for it (after 5)\
""")


def test_stopped_container_is_started_and_not_recreated() -> None:
    stack = desired(CLASSIC)
    world = running(stack)
    world.change("accra-a1b2c3_db", state="exited", health="")
    assert plan(stack, world) == snapshot("""\
1 start container accra-a1b2c3_db: it is exited
2 wait for accra-a1b2c3_db to be ready: `up` waits for it (after 1)\
""")


def test_new_image_recreates_its_containers() -> None:
    stack = desired(CLASSIC)
    world = running(stack)
    world.images["nginx:1.22"] = ObservedImage(reference="nginx:1.22", id="sha256:new")
    assert plan(stack, world) == snapshot("""\
1 create container next_accra-a1b2c3_web: its image has changed
2 stop container accra-a1b2c3_web: its image has changed (after 1)
3 remove container accra-a1b2c3_web: its image has changed (after 2)
4 rename container next_accra-a1b2c3_web to accra-a1b2c3_web: its image has changed (after 3)
5 start container accra-a1b2c3_web: its image has changed (after 4)
6 wait for accra-a1b2c3_web to be ready: `up` waits for it (after 5)\
""")


def test_recreate_recreates_all_containers() -> None:
    stack = desired(CLASSIC)
    text = plan(stack, running(stack), recreate=Recreate.ALWAYS)
    assert "create container next_accra-a1b2c3_db: requested" in text
    assert "create container next_accra-a1b2c3_web: requested" in text
    assert "volume" not in text


def test_no_recreate_keeps_changed_containers() -> None:
    world = running(desired(CLASSIC))
    changed = desired(project(DB, replace(WEB, environment={"DEBUG": "1"}), volumes=("data",)))
    assert plan(changed, world, recreate=Recreate.NEVER) == ""


def test_recreated_container_inherits_anonymous_volumes() -> None:
    stack = desired(project(Service(name="cache", image="redis:7")))
    world = World(image_volumes=("/data",))
    world.run(plan_up(stack, world.observed(), UpOptions()))
    before = world.find("accra-a1b2c3_cache").volumes
    changed = desired(project(Service(name="cache", image="redis:7", environment={"A": "1"})))
    world.run(plan_up(changed, world.observed(), UpOptions()))
    assert world.find("accra-a1b2c3_cache").volumes == before


def test_surplus_replica_is_removed() -> None:
    web = Service(name="web", image="nginx:1.22", scale=2)
    world = running(desired(project(web)))
    assert plan(desired(project(replace(web, scale=1))), world) == snapshot("""\
1 stop container accra-a1b2c3_web_2: `web` has 1 replicas
2 remove container accra-a1b2c3_web_2: `web` has 1 replicas (after 1)\
""")


def test_no_recreate_removes_surplus_replicas_by_number() -> None:
    world = running(desired(CLASSIC))
    newer = desired(project(DB, replace(WEB, environment={"DEBUG": "1"}), volumes=("data",)), scales={"web": 2})
    world.run(plan_up(newer, world.observed(), UpOptions(recreate=Recreate.NEVER)))
    fewer = desired(project(DB, replace(WEB, environment={"DEBUG": "1"}), volumes=("data",)))
    world.run(plan_up(fewer, world.observed(), UpOptions(recreate=Recreate.NEVER)))
    assert [c.name for c in world.containers.values() if c.service == "web"] == ["accra-a1b2c3_web"]


def test_orphan_is_kept_with_a_warning() -> None:
    world = running(desired(CLASSIC))
    lone = plan_up(desired(project(DB, volumes=("data",))), world.observed(), UpOptions())
    assert plan_text(lone) == ""
    assert [w.message for w in lone.warnings] == [
        "orphan containers, whose services are not in the file: `accra-a1b2c3_web`"
    ]


def test_remove_orphans_removes_orphans() -> None:
    world = running(desired(CLASSIC))
    assert plan(desired(project(DB, volumes=("data",))), world, remove_orphans=True) == snapshot("""\
1 stop container accra-a1b2c3_web: the file has no service `web`
2 remove container accra-a1b2c3_web: the file has no service `web` (after 1)\
""")


def test_service_of_an_inactive_profile_is_not_an_orphan() -> None:
    world = running(desired(CLASSIC))
    off = replace(desired(project(DB, volumes=("data",))), undeclared=frozenset({"web"}))
    result = plan_up(off, world.observed(), UpOptions(remove_orphans=True))
    assert plan_text(result) == ""
    assert result.warnings == ()


def test_changed_network_is_recreated_and_its_containers_are_kept() -> None:
    world = running(desired(CLASSIC))
    changed = desired(project(DB, WEB, volumes=("data",), driver="macvlan"))
    assert plan(changed, world) == snapshot("""\
1 stop container accra-a1b2c3_web: network `accra-a1b2c3_net` is recreated
2 stop container accra-a1b2c3_db: network `accra-a1b2c3_net` is recreated
3 disconnect accra-a1b2c3_db from accra-a1b2c3_net: the network is recreated (after 2)
4 disconnect accra-a1b2c3_web from accra-a1b2c3_net: the network is recreated (after 1)
5 remove network accra-a1b2c3_net: its configuration has changed (after 3, 4)
6 create network accra-a1b2c3_net: its configuration has changed (after 5)
7 connect accra-a1b2c3_db to accra-a1b2c3_net: network `accra-a1b2c3_net` is recreated (after 6)
8 start container accra-a1b2c3_db: network `accra-a1b2c3_net` is recreated (after 7)
9 connect accra-a1b2c3_web to accra-a1b2c3_net: network `accra-a1b2c3_net` is recreated (after 6)
10 wait for accra-a1b2c3_db to be healthy: `web` depends on it (after 8)
11 start container accra-a1b2c3_web: network `accra-a1b2c3_net` is recreated (after 9, 10)
12 wait for accra-a1b2c3_web to be ready: `up` waits for it (after 11)\
""")


def test_changed_volume_is_kept_with_a_warning() -> None:
    stack = desired(CLASSIC)
    world = running(stack)
    name = "accra-a1b2c3_data"
    world.volumes[name] = replace(world.volumes[name], labels={**world.volumes[name].labels, "com.wtc.confighash": "x"})
    result = plan_up(stack, world.observed(), UpOptions())
    assert plan_text(result) == ""
    assert [w.message for w in result.warnings] == [
        "volume `data` differs from the file, and is used unchanged: `up` never removes a volume"
    ]


def test_dependent_with_restart_true_restarts_with_its_dependency() -> None:
    def stack(**env: str) -> Desired:
        db = Service(name="db", image="postgres:15", environment=dict(env))
        web = Service(name="web", image="nginx:1.22", depends_on={"db": Dependency(restart=True)})
        return desired(project(db, web, Service(name="lone", image="nginx:1.22", depends_on={"db": Dependency()})))

    assert plan(stack(A="2"), running(stack(A="1"))) == snapshot("""\
1 create container next_accra-a1b2c3_db: its configuration has changed
2 stop container accra-a1b2c3_web: `db`, which it depends on, is restarted
3 stop container accra-a1b2c3_db: its configuration has changed (after 1, 2)
4 remove container accra-a1b2c3_db: its configuration has changed (after 3)
5 rename container next_accra-a1b2c3_db to accra-a1b2c3_db: its configuration has changed (after 4)
6 start container accra-a1b2c3_db: its configuration has changed (after 5)
7 start container accra-a1b2c3_web: `db`, which it depends on, is restarted (after 2, 6)
8 wait for accra-a1b2c3_db to be ready: `up` waits for it (after 6)
9 wait for accra-a1b2c3_web to be ready: `up` waits for it (after 7)\
""")


def test_container_is_recreated_with_the_owner_of_its_network_namespace() -> None:
    def stack(**env: str) -> Desired:
        vpn = Service(name="vpn", image="vpn", environment=dict(env))
        app = Service(
            name="app",
            image="app",
            network_mode="service:vpn",
            depends_on={"vpn": Dependency(restart=True)},
        )
        return desired(project(vpn, app))

    assert plan(stack(A="2"), running(stack(A="1"))) == snapshot("""\
1 create container next_accra-a1b2c3_vpn: its configuration has changed
2 stop container accra-a1b2c3_app: `vpn`, whose resources it shares, is recreated
3 stop container accra-a1b2c3_vpn: its configuration has changed (after 1, 2)
4 remove container accra-a1b2c3_vpn: its configuration has changed (after 3)
5 rename container next_accra-a1b2c3_vpn to accra-a1b2c3_vpn: its configuration has changed (after 4)
6 start container accra-a1b2c3_vpn: its configuration has changed (after 5)
7 create container next_accra-a1b2c3_app: `vpn`, whose resources it shares, is recreated (after 5)
8 remove container accra-a1b2c3_app: `vpn`, whose resources it shares, is recreated (after 2, 7)
9 rename container next_accra-a1b2c3_app to accra-a1b2c3_app: `vpn`, whose resources it shares, is recreated (after 8)
10 start container accra-a1b2c3_app: `vpn`, whose resources it shares, is recreated (after 6, 9)
11 wait for accra-a1b2c3_vpn to be ready: `up` waits for it (after 6)
12 wait for accra-a1b2c3_app to be ready: `up` waits for it (after 10)\
""")


def test_old_engine_gets_one_network_at_create() -> None:
    """With equal priority, the networks are sorted by key, although `net` comes after `front`."""
    web = Service(name="web", image="nginx:1.22", networks={"front": Attachment(), "default": Attachment()})
    stack = desired(project(web, front=Network(key="front", name="")))
    plan = plan_up(stack, World().observed(api_version=(1, 41)), UpOptions(no_start=True))
    assert plan_text(plan) == snapshot("""\
1 create network accra-a1b2c3_net: it does not exist
2 create network accra-a1b2c3_front: it does not exist
3 create container accra-a1b2c3_web: it does not exist
4 connect accra-a1b2c3_web to accra-a1b2c3_front: it is on this network too (after 2, 3)\
""")


def test_completed_job_is_not_run_again_if_nothing_waits_for_it() -> None:
    job = Service(name="migrate", image="app")
    app = Service(
        name="app", image="app", depends_on={"migrate": Dependency(condition="service_completed_successfully")}
    )
    stack = desired(project(job, app))
    world = running(stack)
    assert world.find("accra-a1b2c3_migrate").state == "exited"
    assert plan(stack, world) == ""


def test_completed_job_runs_again_before_a_service_that_waits_for_it() -> None:
    job = Service(name="migrate", image="app")
    app = Service(
        name="app", image="app", depends_on={"migrate": Dependency(condition="service_completed_successfully")}
    )
    stack = desired(project(job, app))
    world = running(stack)
    world.change("accra-a1b2c3_app", state="exited")
    assert plan(stack, world) == snapshot("""\
1 start container accra-a1b2c3_migrate: it is exited
2 wait for accra-a1b2c3_migrate to be completed: `app` depends on it (after 1)
3 start container accra-a1b2c3_app: it is exited (after 2)
4 wait for accra-a1b2c3_app to be ready: `up` waits for it (after 3)\
""")


def test_no_deps_plans_no_wait() -> None:
    text = plan(desired(project(WEB)), World(), no_deps=True)
    assert "db" not in text


def test_no_wait_waits_only_for_dependencies() -> None:
    assert plan(desired(CLASSIC), World(), no_wait=True) == snapshot("""\
1 create network accra-a1b2c3_net: it does not exist
2 create volume accra-a1b2c3_data: it does not exist
3 create container accra-a1b2c3_db: it does not exist (after 2)
4 create container accra-a1b2c3_web: it does not exist
5 start container accra-a1b2c3_db: it does not exist (after 1, 3)
6 wait for accra-a1b2c3_db to be healthy: `web` depends on it (after 5)
7 start container accra-a1b2c3_web: it does not exist (after 4, 6)\
""")


def test_all_foreign_objects_with_a_needed_name_are_listed() -> None:
    world = World()
    world.networks["accra-a1b2c3_net"] = ObservedNetwork(id="n", name="accra-a1b2c3_net")
    world.volumes["accra-a1b2c3_data"] = ObservedVolume(name="accra-a1b2c3_data")
    observed = replace(world.observed(), foreign=(stranger("accra-a1b2c3_web"),))
    with pytest.raises(ConflictError) as caught:
        plan_up(desired(CLASSIC), observed, UpOptions())
    assert caught.value.causes == (
        "container `accra-a1b2c3_web` exists without this stack's labels",
        "network `accra-a1b2c3_net` exists without this stack's labels",
        "volume `accra-a1b2c3_data` exists without this stack's labels",
    )


def test_missing_external_network_is_an_error_with_a_hint() -> None:
    web = Service(name="web", image="nginx", networks={"shared": Attachment()})
    stack = desired(project(web, shared=Network(key="shared", name="proxy", external=True)))
    with pytest.raises(WtcError, match="external network `proxy` does not exist") as caught:
        plan_up(stack, World().observed(), UpOptions())
    assert caught.value.hints == ("to create it, run `docker network create proxy`",)


def test_oneoff_that_never_started_is_removed_with_its_volumes() -> None:
    world = running(desired(CLASSIC))
    world.change("accra-a1b2c3_web", state="created", oneoff=True)
    removal = plan_up(desired(CLASSIC), world.observed(), UpOptions()).nodes[0]
    assert operation_text(removal.operation) == "remove container accra-a1b2c3_web"
    assert (removal.cause, removal.operation.volumes) == ("an interrupted `run` left it", True)  # type: ignore[union-attr]


@pytest.mark.parametrize("state", ["running", "exited"])
def test_oneoff_that_has_started_is_kept(state: str) -> None:
    world = running(desired(CLASSIC))
    world.change("accra-a1b2c3_web", state=state, oneoff=True)
    plan = plan_up(desired(CLASSIC), world.observed(), UpOptions())
    assert not [node for node in plan if isinstance(node.operation, RemoveContainer)]
