"""The images on which `build` and `pull` work."""

from typing import Any

import pytest

from tests.planner.world import World, desired, project
from wtc.model.build import Build, BuildInput
from wtc.model.plan_text import plan_text
from wtc.model.service import Service
from wtc.model.up_options import UpOptions
from wtc.planner.images.build_and_pull import select_buildable, select_pullable, warn_of_platforms
from wtc.planner.images.plan_images import plan_images

BASE = Service(name="base", build=Build(context="/w/accra/base"))
APP = Service(name="app", build=Build(context="/w/accra/app", additional_contexts={"b": "service:base"}))
TOOL = Service(name="tool", build=Build(context="/w/accra/tool", args={"A": "1", "B": "2"}))
DB = Service(name="db", image="postgres:15")
CACHE = Service(name="cache", image="redis:7", pull_policy="missing")
LOCAL = Service(name="local", image="mine:1", pull_policy="never")
STACK = project(BASE, APP, TOOL, DB, CACHE, LOCAL)
BUILD = UpOptions(build=True)


def there() -> World:
    """Every image is."""
    world = World()
    world.run(plan_images(desired(STACK), world.observed(), UpOptions(pull="always")))
    return world


def references(plan: list[str]) -> list[str]:
    return [line.split()[3].rstrip(":") for line in plan]


def built(*services: str, world: World | None = None) -> list[str]:
    chosen = select_buildable(desired(STACK), services, {})
    return plan_text(plan_images(chosen, (world or World()).observed(), BUILD)).splitlines()


def pulled(*services: str, policy: str = "", world: World | None = None) -> list[str]:
    chosen = select_pullable(desired(STACK), services, policy)
    return plan_text(plan_images(chosen, (world or World()).observed(), UpOptions())).splitlines()


def test_build_builds_all_that_can_be_built_and_pulls_nothing() -> None:
    assert built(world=there()) == [
        "1 build image accra-a1b2c3-base: requested",
        "2 build image accra-a1b2c3-tool: requested",
        "3 build image accra-a1b2c3-app: requested (after 1)",
    ]


def test_build_of_one_service_builds_the_images_that_its_build_uses() -> None:
    assert built("app") == [
        "1 build image accra-a1b2c3-base: it is not built",
        "2 build image accra-a1b2c3-app: it is not built (after 1)",
    ]


def test_build_of_a_service_without_a_build_plans_nothing() -> None:
    assert built("db") == []


@pytest.mark.parametrize(
    ("platforms", "platform", "expected"),
    [
        ((), "", []),
        (("linux/amd64",), "", []),
        (
            ("linux/amd64", "linux/arm64"),
            "",
            ["of the 2 `build.platforms` of service `app`, only the platform of the engine is built"],
        ),
        (
            ("linux/amd64", "linux/arm64"),
            "linux/arm64",
            ["of the 2 `build.platforms` of service `app`, only `linux/arm64`, its `platform`, is built"],
        ),
    ],
)
def test_platforms_that_are_not_built_give_a_warning(
    platforms: tuple[str, ...], platform: str, expected: list[str]
) -> None:
    app = Service(name="app", platform=platform, build=Build(context="/w/accra", platforms=platforms))
    assert [d.message for d in warn_of_platforms(project(app, DB), ["app", "db"])] == expected


def test_build_arguments_override_those_of_the_file() -> None:
    build = select_buildable(desired(STACK), ["tool"], {"B": "3", "C": "4"}).services["tool"].image.build
    assert build is not None
    assert build.args == {"A": "1", "B": "3", "C": "4"}


def test_build_with_other_arguments_is_up_to_date_for_up() -> None:
    """As in Docker Compose: an image that was built with other arguments is kept until the file's build changes."""
    hashes: dict[str, Any] = {"build_inputs": {"tool": BuildInput(hash="h1")}}
    plain = desired(STACK, **hashes).services["tool"].image
    argued = select_buildable(desired(STACK, **hashes), ["tool"], {"B": "3"}).services["tool"].image
    assert argued.labels == plain.labels


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ("", ["postgres:15"]),
        ("missing", []),
        ("always", ["postgres:15", "redis:7", "mine:1"]),
    ],
)
def test_existing_image_is_pulled_again_according_to_its_policy(policy: str, expected: list[str]) -> None:
    assert references(pulled(policy=policy, world=there())) == expected


@pytest.mark.parametrize("policy", ["", "always"])
def test_pull_does_not_say_that_the_file_has_a_policy(policy: str) -> None:
    assert pulled("db", policy=policy, world=there()) == ["1 pull image postgres:15: requested"]


def test_missing_image_is_pulled_unless_the_policy_is_never() -> None:
    assert references(pulled()) == ["postgres:15", "redis:7"]


def test_pull_of_named_services_pulls_no_other_image() -> None:
    assert pulled("cache") == ["1 pull image redis:7: it does not exist"]


def test_built_image_is_not_pulled() -> None:
    assert pulled("app", "base") == []
