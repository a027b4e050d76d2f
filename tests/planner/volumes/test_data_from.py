"""The plans that copy another stack's volumes, and that finish an interrupted copy."""

import itertools
from dataclasses import replace
from typing import Any

import pytest

from tests.planner.world import NAMESPACE, World, desired, project, stranger
from wtc import labels as label
from wtc.errors import ConflictError
from wtc.model.desired import Desired
from wtc.model.mounts import Mount
from wtc.model.observed import MountedVolume, ObservedContainer, ObservedVolume
from wtc.model.plan import Plan, RemoveVolume, StartContainer
from wtc.model.plan_text import plan_text
from wtc.model.project import Volume
from wtc.model.service import Service
from wtc.model.up_options import UpOptions
from wtc.planner.down import plan_clean, plan_down
from wtc.planner.up import plan_up
from wtc.planner.volumes.copy_marker import check_unfinished, unfinished_copies
from wtc.planner.volumes.copy_target import copy_target
from wtc.planner.volumes.data_from import DataPlan, has_unfilled_volume, plan_data, with_filled_volumes
from wtc.planner.volumes.data_source import DataSource, compose_folders, source_volumes

DB = Service(name="db", image="postgres:15", volumes=(Mount(type="volume", source="data", target="/data"),))
WEB = Service(name="web", image="nginx:1.22")
STACK = desired(project(WEB, DB, volumes=("data",)))
MAIN = DataSource(name="main-d4e5f6")
SHOP = DataSource(name="shop", compose=True)
TARGET = "accra-a1b2c3_data"


def of_main(service: str) -> dict[str, str]:
    return {
        label.MANAGED: "true",
        label.PROJECT: MAIN.name,
        label.COMPOSE_PROJECT: MAIN.name,
        label.COMPOSE_SERVICE: service,
        label.CONFIG_HASH: "h",
    }


def of_shop(service: str, folder: str = "/w/accra") -> dict[str, str]:
    return {
        label.COMPOSE_PROJECT: SHOP.name,
        label.COMPOSE_SERVICE: service,
        label.COMPOSE_WORKING_DIR: folder,
    }


def container(name: str, labels: dict[str, str], volume: str, **more: Any) -> ObservedContainer:
    writable = more.pop("writable", True)
    mounted = MountedVolume(name=volume, target="/data", writable=writable)
    return stranger(name, labels=labels, volumes=(mounted,), **{"state": "running", **more})


def world(*containers: ObservedContainer, keys: tuple[str, ...] = ("data",)) -> World:
    made = World(strangers={c.name: c for c in containers})
    for key in keys:
        name = f"{MAIN.name}_{key}"
        made.volumes[name] = ObservedVolume(name=name, labels={**of_main(""), label.RESOURCE: key})
        name = f"shop_{key}"
        made.volumes[name] = ObservedVolume(
            name=name, labels={label.COMPOSE_PROJECT: SHOP.name, label.COMPOSE_VOLUME: key}
        )
    return made


def main_stack(**more: Any) -> World:
    """Return the main worktree's stack, whose `db` runs and writes to `data`."""
    return world(container("main-d4e5f6_db", of_main("db"), "main-d4e5f6_data", **more))


def text(data: DataPlan) -> str:
    return "\n\n".join(plan_text(p) for p in (data.copy, data.restart, data.finish) if p)


def warnings(data: DataPlan) -> list[str]:
    return [w.message for w in data.copy.warnings]


def run(made: World, data: DataPlan) -> None:
    for plan in (data.copy, data.restart, data.finish):
        made.run(plan)


def test_copy_stops_writers_and_is_marked_until_they_run_again() -> None:
    made = main_stack()
    assert (
        text(plan_data(STACK, made.observed(), MAIN))
        == """\
1 create volume accra-a1b2c3_data_copying_86ad9fcd: it marks the copy as unfinished
2 stop container main-d4e5f6_db: it writes to a volume that is copied (after 1)
3 create volume accra-a1b2c3_data: it does not exist (after 1)
4 copy volume main-d4e5f6_data to accra-a1b2c3_data: `--data-from` (after 2, 3)

1 start container main-d4e5f6_db: it was stopped for the copy

1 remove volume accra-a1b2c3_data_copying_86ad9fcd: the copy is complete"""
    )
    run(made, plan_data(STACK, made.observed(), MAIN))
    assert made.complete == {TARGET: "main-d4e5f6_data"}
    assert made.find("main-d4e5f6_db").state == "running"
    assert not plan_data(STACK, made.observed(), None)


def test_copy_from_docker_compose_uses_its_volume_keys() -> None:
    made = world(container("shop-db-1", of_shop("db"), "shop_data"))
    data = plan_data(STACK, made.observed(), SHOP)
    assert "copy volume shop_data to accra-a1b2c3_data" in text(data)
    assert data.locked == ()
    run(made, data)
    assert made.complete == {TARGET: "shop_data"}


def test_marker_and_helpers_belong_to_the_stack_and_to_none_of_its_volumes() -> None:
    made = main_stack()
    data = plan_data(STACK, made.observed(), MAIN)
    made.run(data.copy)
    (marker,) = unfinished_copies(NAMESPACE, made.observed())[TARGET]
    assert {label.MANAGED: "true", label.PROJECT: NAMESPACE.name}.items() <= marker.labels.items()
    assert not {label.RESOURCE, label.COMPOSE_VOLUME, label.CONFIG_HASH} & marker.labels.keys()
    assert marker.labels[label.COPY_STOPPED] == "id-main-d4e5f6_db"


def test_up_plans_with_the_volumes_that_the_copy_creates() -> None:
    made = main_stack()
    observed = made.observed()
    filled = with_filled_volumes(observed, plan_data(STACK, observed, MAIN))
    assert "create volume" not in plan_text(plan_up(STACK, filled, UpOptions()))


@pytest.mark.parametrize(
    ("state", "writable", "stops"),
    [
        ("running", True, True),
        ("paused", True, True),
        ("restarting", True, True),
        ("exited", True, False),
        ("created", True, False),
        ("running", False, False),
    ],
)
def test_only_containers_that_can_write_are_stopped(state: str, writable: bool, stops: bool) -> None:  # noqa: FBT001
    data = plan_data(STACK, main_stack(state=state, writable=writable).observed(), MAIN)
    assert ("stop container" in text(data)) is stops
    assert ("start container" in text(data)) is stops


def test_paused_writer_is_paused_again() -> None:
    data = plan_data(STACK, main_stack(state="paused").observed(), MAIN)
    assert (
        plan_text(data.restart)
        == """\
1 start container main-d4e5f6_db: it was stopped for the copy
2 pause container main-d4e5f6_db: it was paused before the copy (after 1)"""
    )


def test_writers_start_again_after_their_dependencies() -> None:
    depends = {**of_main("app"), label.COMPOSE_DEPENDS_ON: "db:service_healthy:false"}
    made = world(
        container("main-d4e5f6_app", depends, "main-d4e5f6_data"),
        container("main-d4e5f6_db", of_main("db"), "main-d4e5f6_data"),
    )
    assert (
        plan_text(plan_data(STACK, made.observed(), MAIN).restart)
        == """\
1 start container main-d4e5f6_db: it was stopped for the copy
2 start container main-d4e5f6_app: it was stopped for the copy (after 1)"""
    )


@pytest.mark.parametrize(
    "labels",
    [{}, of_shop("db"), {**of_main("db"), label.PROJECT: "other-111111"}],
    ids=["no labels", "Docker Compose", "another stack"],
)
def test_foreign_writer_is_a_conflict_and_is_not_stopped(labels: dict[str, str]) -> None:
    made = world(container("mine", labels, "main-d4e5f6_data"))
    with pytest.raises(ConflictError, match="container `mine` writes to volume `main-d4e5f6_data`"):
        plan_data(STACK, made.observed(), MAIN)


def test_running_one_off_of_the_source_is_a_conflict() -> None:
    made = main_stack(oneoff=True)
    with pytest.raises(ConflictError, match="container `main-d4e5f6_db` writes"):
        plan_data(STACK, made.observed(), MAIN)


def test_existing_external_missing_and_bound_volumes_are_left_out_with_a_reason() -> None:
    file = project(DB, volumes=("data", "cache", "disk"))
    volumes = {
        **file.volumes,
        "disk": Volume(key="disk", name="disk", driver_opts={"type": "none", "o": "bind", "device": "/srv"}),
        "shared": Volume(key="shared", name="shared", external=True),
    }
    stack = desired(replace(file, volumes=volumes))
    made = world(keys=("data", "disk", "shared"))
    made.volumes[TARGET] = ObservedVolume(name=TARGET, labels=stack.volumes["data"].labels)
    data = plan_data(stack, made.observed(), MAIN)
    assert text(data) == ""
    assert warnings(data) == [
        "volume `data` already exists, and keeps its data",
        "volume `cache` is created empty: stack `main-d4e5f6` has no volume with that key",
        "volume `disk` is not copied: its driver options set where its data is",
        "volume `shared` is external, and is not copied",
    ]


def test_helper_is_created_from_the_image_of_a_service_that_mounts_the_volume() -> None:
    (node,) = [
        n for n in plan_data(STACK, world().observed(), MAIN).copy if "copy volume" in plan_text(Plan(nodes=(n,)))
    ]
    assert getattr(node.operation, "image", "") == "postgres:15"


def cuts(data: DataPlan) -> int:
    return sum(len(p.nodes) for p in (data.copy, data.restart, data.finish))


def cut_off(made: World, data: DataPlan, after: int) -> None:
    """Apply the first `after` operations only."""
    nodes = itertools.chain(data.copy, data.restart, data.finish)
    for node in itertools.islice(nodes, after):
        made.apply(node.operation)


CUTS = range(cuts(plan_data(STACK, main_stack().observed(), MAIN)) + 1)


@pytest.mark.parametrize("after", CUTS)
def test_next_up_finishes_a_copy_that_was_interrupted_at_any_step(after: int) -> None:
    made = main_stack()
    cut_off(made, plan_data(STACK, made.observed(), MAIN), after)
    if TARGET in made.volumes and TARGET not in made.complete:
        assert unfinished_copies(NAMESPACE, made.observed())
    run(made, plan_data(STACK, made.observed(), None))
    assert (TARGET in made.volumes) is (after > 0)
    assert made.complete == ({TARGET: "main-d4e5f6_data"} if after else {})
    assert made.find("main-d4e5f6_db").state == "running"
    assert not unfinished_copies(NAMESPACE, made.observed())


@pytest.mark.parametrize(("first", "second"), [*itertools.product(CUTS[1:], range(9))])
def test_copy_that_is_interrupted_twice_is_finished(first: int, second: int) -> None:
    made = main_stack()
    cut_off(made, plan_data(STACK, made.observed(), MAIN), first)
    cut_off(made, plan_data(STACK, made.observed(), None), second)
    run(made, plan_data(STACK, made.observed(), None))
    assert made.complete == {TARGET: "main-d4e5f6_data"}
    assert made.find("main-d4e5f6_db").state == "running"
    assert not unfinished_copies(NAMESPACE, made.observed())


@pytest.mark.parametrize("after", CUTS[1:])
def test_another_source_replaces_an_interrupted_copy(after: int) -> None:
    made = main_stack()
    cut_off(made, plan_data(STACK, made.observed(), MAIN), after)
    if not has_unfilled_volume(STACK, made.observed()):
        assert after == CUTS[-1]
        return
    run(made, plan_data(STACK, made.observed(), SHOP))
    assert made.complete == {TARGET: "shop_data"}
    assert made.find("main-d4e5f6_db").state == "running"
    assert not unfinished_copies(NAMESPACE, made.observed())


def test_source_without_the_volume_discards_an_interrupted_copy() -> None:
    made = main_stack()
    made.run(plan_data(STACK, made.observed(), MAIN).copy, only_first=3)
    run(made, plan_data(STACK, made.observed(), DataSource(name="empty", compose=True)))
    assert TARGET not in made.volumes
    assert made.find("main-d4e5f6_db").state == "running"
    assert not unfinished_copies(NAMESPACE, made.observed())


def test_unfinished_copy_without_its_source_is_a_conflict() -> None:
    made = main_stack()
    made.run(plan_data(STACK, made.observed(), MAIN).copy, only_first=3)
    del made.volumes["main-d4e5f6_data"]
    with pytest.raises(ConflictError, match="which no longer exists"):
        plan_data(STACK, made.observed(), None)


def half_copied() -> World:
    made = main_stack()
    made.run(plan_data(STACK, made.observed(), MAIN).copy, only_first=3)
    return made


def test_incomplete_copy_is_not_used_by_other_commands() -> None:
    with pytest.raises(ConflictError, match="holds an unfinished copy of `main-d4e5f6_data`"):
        check_unfinished(STACK, half_copied().observed())


def test_down_keeps_the_marker_and_starts_what_the_copy_stopped() -> None:
    made = half_copied()
    plan = plan_down(NAMESPACE, made.observed())
    assert plan_text(plan) == "1 start container main-d4e5f6_db: an interrupted copy stopped it"


def test_clean_removes_the_marker_last() -> None:
    made = half_copied()
    plan = plan_clean(NAMESPACE, made.observed())
    *rest, last = plan.nodes
    assert isinstance(last.operation, RemoveVolume)
    assert "_copying_" in last.operation.name
    assert last.after == tuple(n.id for n in rest)
    assert any(isinstance(n.operation, StartContainer) for n in rest)


def test_labels_of_a_copy_on_other_objects_are_ignored() -> None:
    labels = {**of_main(""), label.PROJECT: NAMESPACE.name, label.COPY: TARGET}
    assert copy_target(ObservedVolume(name="mine", labels=labels)) == ""
    assert copy_target(ObservedVolume(name=f"{TARGET}_copying_1", labels={label.COPY: TARGET})) == ""


def stack_volumes(stack: Desired) -> set[str]:
    return {v.name for v in stack.volumes.values()}


def test_source_volumes_exclude_markers_and_other_stacks() -> None:
    made = half_copied()
    own = DataSource(name=NAMESPACE.name)
    assert set(source_volumes(own, made.observed()).values()) == stack_volumes(STACK)
    assert source_volumes(MAIN, made.observed()) == {"data": "main-d4e5f6_data"}
    assert source_volumes(SHOP, made.observed()) == {"data": "shop_data"}


def test_folders_of_docker_compose_projects_come_from_container_labels() -> None:
    made = world(container("shop-db-1", of_shop("db"), "shop_data"), keys=("data",))
    made.volumes["old_data"] = ObservedVolume(
        name="old_data", labels={label.COMPOSE_PROJECT: "old", label.COMPOSE_VOLUME: "data"}
    )
    assert compose_folders(made.observed()) == {"shop": {"/w/accra"}, "old": set()}
