"""An image that a build replaced is removed once no container uses it."""

from dataclasses import replace

import pytest
from inline_snapshot import snapshot

from tests.planner.world import NAMESPACE, World, desired, project, stranger
from wtc import labels as label
from wtc.model.build import Build
from wtc.model.observed import ObservedImage
from wtc.model.plan_text import plan_text
from wtc.model.service import Service
from wtc.model.up_options import Recreate, UpOptions
from wtc.planner.up import plan_up

WEB = Service(name="web", build=Build(context="/w/accra"))
STACK = desired(project(WEB))
TAG = "accra-a1b2c3-web"
OLD, NEW = "sha256:" + "a" * 64, "sha256:" + "b" * 64
LABELS = {**label.own(NAMESPACE, TAG), label.SERVICE: "web"}


def rebuilt(**labels: str) -> World:
    """A stack that runs on an image whose tag a newer build has taken."""
    world = World(images={TAG: ObservedImage(reference=TAG, id=OLD, labels=LABELS)})
    world.run(plan_up(STACK, world.observed(), UpOptions()))
    world.images[TAG] = ObservedImage(reference=TAG, id=NEW, labels=LABELS)
    world.images[OLD] = ObservedImage(reference=OLD, id=OLD, labels={**LABELS, **labels})
    return world


def plan(world: World, recreate: Recreate = Recreate.DIVERGED) -> str:
    return plan_text(plan_up(STACK, world.observed(), UpOptions(recreate=recreate)))


def test_replaced_image_is_removed_after_its_last_container() -> None:
    assert plan(rebuilt()) == snapshot("""\
1 create container next_accra-a1b2c3_web: its image has changed
2 stop container accra-a1b2c3_web: its image has changed (after 1)
3 remove container accra-a1b2c3_web: its image has changed (after 2)
4 rename container next_accra-a1b2c3_web to accra-a1b2c3_web: its image has changed (after 3)
5 start container accra-a1b2c3_web: its image has changed (after 4)
6 wait for accra-a1b2c3_web to be ready: `up` waits for it (after 5)
7 remove image aaaaaaaaaaaa: nothing uses it since its rebuild (after 4)\
""")


def test_second_up_leaves_images_alone() -> None:
    world = rebuilt()
    world.run(plan_up(STACK, world.observed(), UpOptions()))
    assert plan(world) == ""


@pytest.mark.parametrize(
    "labels",
    [{label.PROJECT: "other-123456", label.COMPOSE_PROJECT: "other-123456"}, {label.MANAGED: ""}, {label.ID: "f" * 32}],
    ids=["other-stack", "not-wtc", "other-worktree"],
)
def test_foreign_image_is_not_removed(labels: dict[str, str]) -> None:
    assert "remove image" not in plan(rebuilt(**labels))


def test_image_that_a_foreign_container_uses_is_not_removed() -> None:
    world = rebuilt()
    world.strangers["mine"] = stranger("mine", image_id=OLD)
    assert "remove image" not in plan(world)


def test_image_that_another_container_of_the_stack_uses_is_not_removed() -> None:
    world = rebuilt()
    one_off = replace(world.find("accra-a1b2c3_web"), id="c9", name="accra-a1b2c3_web_run_1", oneoff=True)
    world.containers[one_off.id] = one_off
    assert "remove image" not in plan(world)


def test_image_of_containers_that_are_not_recreated_is_not_removed() -> None:
    assert plan(rebuilt(), recreate=Recreate.NEVER) == ""
