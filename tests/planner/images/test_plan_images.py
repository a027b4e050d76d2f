"""The plan of the images to pull and build."""

from dataclasses import replace
from typing import Any

import pytest

from tests.planner.world import World, desired, project
from wtc.model.build import Build, BuildInput
from wtc.model.plan_text import plan_text
from wtc.model.service import Service
from wtc.model.up_options import UpOptions
from wtc.planner.images.plan_images import plan_images

PULLED = Service(name="db", image="postgres:15")
BUILT = Service(name="php", image="acme/php:1", build=Build(context="/w/accra/php", tags=("acme/php:2",)))
STACK = project(PULLED, BUILT)


def inputs(**hashes: str) -> dict[str, BuildInput]:
    """Service -> what it is built from, by its hash alone."""
    return {service: BuildInput(hash=digest) for service, digest in hashes.items()}


def plan(world: World, *, hashes: dict[str, str] | None = None, **options: Any) -> str:
    stack = desired(STACK, build_inputs=inputs(**(hashes or {"php": "h1"})))
    return plan_text(plan_images(stack, world.observed(), UpOptions(**options)))


def built() -> World:
    world = World()
    world.run(plan_images(desired(STACK, build_inputs=inputs(php="h1")), world.observed(), UpOptions()))
    return world


def test_missing_image_is_pulled_or_built_with_the_tag_of_the_namespace() -> None:
    assert plan(World()).splitlines() == [
        "1 pull image postgres:15: it does not exist",
        "2 build image accra-a1b2c3-php: it is not built",
    ]


def test_built_image_has_no_tag_of_the_file() -> None:
    image = desired(STACK).services["php"].image
    assert (image.reference, image.build and image.build.tags) == ("accra-a1b2c3-php", ())


def test_no_image_is_built_or_pulled_twice() -> None:
    assert plan(built()) == ""


def test_changed_context_is_built_again() -> None:
    assert plan(built(), hashes={"php": "h2"}) == (
        "1 build image accra-a1b2c3-php: its context or build options have changed"
    )


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"build": True}, ["1 build image accra-a1b2c3-php: requested"]),
        ({"no_build": True}, []),
        ({"pull": "always"}, ["1 pull image postgres:15: requested"]),
        ({"pull": "never"}, []),
    ],
)
def test_options_decide_what_is_built_and_pulled(options: dict[str, Any], expected: list[str]) -> None:
    assert plan(built(), **options).splitlines() == expected


NOW_S = 1.8e9
HOUR_S = 3600


def again(policy: str) -> list[str]:
    return [f"1 pull image postgres:15: its pull_policy is `{policy}`, and the last pull is older or unknown"]


@pytest.mark.parametrize(
    ("policy", "age_s", "expected"),
    [
        ("daily", 23 * HOUR_S, []),
        ("daily", 24 * HOUR_S, again("daily")),
        ("weekly", 6 * 24 * HOUR_S, []),
        ("weekly", 8 * 24 * HOUR_S, again("weekly")),
        ("every_12h", 13 * HOUR_S, again("every_12h")),
        ("every_1w2d3h4m5s", 9 * 24 * HOUR_S, []),
        ("every_1w2d3h4m5s", 9 * 24 * HOUR_S + 3 * HOUR_S + 4 * 60 + 5, again("every_1w2d3h4m5s")),
        ("every_1h1.5h", 2 * HOUR_S, []),
        ("every_1h1.5h", 3 * HOUR_S, again("every_1h1.5h")),
        ("refresh", 100 * 24 * HOUR_S, []),
        ("", 100 * 24 * HOUR_S, []),
    ],
)
def test_policy_with_an_interval_depends_on_the_last_pull(policy: str, age_s: float, expected: list[str]) -> None:
    stack = desired(project(replace(PULLED, pull_policy=policy)))
    world = World()
    world.run(plan_images(stack, world.observed(), UpOptions()))
    world.images[PULLED.image] = replace(world.images[PULLED.image], tagged_s=NOW_S - age_s)
    seen = replace(world.observed(), at_s=NOW_S)
    assert plan_text(plan_images(stack, seen, UpOptions())).splitlines() == expected
    assert plan_text(plan_images(stack, seen, UpOptions(pull="missing"))) == ""


def test_image_is_pulled_again_if_the_last_pull_is_unknown() -> None:
    stack = desired(project(replace(PULLED, pull_policy="weekly")))
    world = World()
    world.run(plan_images(stack, world.observed(), UpOptions()))
    assert plan_text(plan_images(stack, replace(world.observed(), at_s=NOW_S), UpOptions())) == again("weekly")[0]


def test_image_with_a_digest_is_not_pulled_again_because_of_its_age() -> None:
    stack = desired(project(Service(name="db", image="postgres@sha256:12", pull_policy="daily")))
    world = World()
    world.run(plan_images(stack, world.observed(), UpOptions()))
    assert plan_text(plan_images(stack, replace(world.observed(), at_s=NOW_S), UpOptions())) == ""


def test_build_comes_after_the_build_of_the_service_that_it_uses() -> None:
    base = Service(name="zbase", build=Build(context="/w/accra/base"))
    app = Service(name="app", build=Build(context="/w/accra", additional_contexts={"base": "service:zbase"}))
    stack = desired(project(app, base), build_inputs=inputs(app="a", zbase="b"))
    assert plan_text(plan_images(stack, World().observed(), UpOptions())).splitlines() == [
        "1 build image accra-a1b2c3-zbase: it is not built",
        "2 build image accra-a1b2c3-app: it is not built (after 1)",
    ]
    image = stack.services["app"].image
    assert image.build is not None
    assert image.build.additional_contexts == {"base": "docker-image://accra-a1b2c3-zbase"}


def test_changed_base_image_makes_its_dependent_out_of_date() -> None:
    base = Service(name="zbase", build=Build(context="/w/accra/base"))
    app = Service(name="app", build=Build(context="/w/accra", additional_contexts={"base": "service:zbase"}))
    stack = project(app, base)
    first = desired(stack, build_inputs=inputs(app="a", zbase="b")).services["app"].image.build_hash
    second = desired(stack, build_inputs=inputs(app="a", zbase="c")).services["app"].image.build_hash
    assert first != second


def test_build_secrets_are_part_of_the_image_and_are_not_printed() -> None:
    from wtc.model.build import BuildSecret
    from wtc.model.mounts import FileSource

    app = Service(name="app", build=Build(context="/w", secrets=(BuildSecret(source="token"),)))
    stack = replace(project(app), secrets={"token": FileSource(name="token", content="hunter2")})
    image = desired(stack).services["app"].image
    assert image.secrets["token"].content == "hunter2"
    assert "hunter2" not in repr(image)
