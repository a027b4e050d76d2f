"""A tag that a service of the file builds always means the worktree's own image, never a foreign one of that tag."""

from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from tests.planner.world import World, desired, project
from wtc.errors import WtcError
from wtc.model.build import Build, BuildInput
from wtc.model.desired import Desired
from wtc.model.observed import ObservedImage
from wtc.model.plan import BuildImage, CreateContainer, PullImage
from wtc.model.service import Service
from wtc.model.up_options import UpOptions
from wtc.planner.images.build_and_pull import select_buildable, select_pullable
from wtc.planner.images.plan_images import check_images, only_services, plan_images
from wtc.planner.up import plan_up

TAG = "acme/app:dev"
OWN = "accra-a1b2c3-app"
POLICIES = ("", "always", "missing", "if_not_present", "never", "build", "daily", "weekly", "every_1h")
BASE = Build(dockerfile_inline="FROM busybox")
INPUTS = {"app": BuildInput(hash="h1"), "child": BuildInput(hash="h2", images=(TAG,)), "mixed": BuildInput(hash="h3")}


def stack(tag: str, policy: str) -> Desired:
    """`worker` runs what `app` builds; `child` and `mixed` build from it."""
    app = Service(name="app", image=tag, build=BASE, pull_policy=policy)
    worker = Service(name="worker", image=tag, pull_policy=policy)
    child = Service(name="child", build=Build(dockerfile_inline=f"FROM {tag}"), pull_policy=policy)
    contexts = {"one": f"docker-image://{tag}", "two": "service:worker"}
    mixed = Service(name="mixed", build=replace(BASE, additional_contexts=contexts), pull_policy=policy)
    return desired(project(app, worker, child, mixed), build_inputs=INPUTS)


def world() -> World:
    """An engine with a foreign image of the tag, however it is written."""
    made = World()
    for tag in (TAG, f"docker.io/{TAG}"):
        made.images[tag] = ObservedImage(id="sha256:foreign", reference=tag)
    return made


def touched(stack: Desired, engine: World, **options: Any) -> tuple[set[str], set[str]]:
    """The references that an `up` pulls, and those that it builds, starts from, or creates containers of."""
    given = UpOptions(**options)
    check_images(stack, engine.observed(), given)
    images = plan_images(stack, engine.observed(), given)
    engine.run(images)
    operations = [node.operation for node in (*images, *plan_up(stack, engine.observed(), given))]
    pulled = {o.image.reference for o in operations if isinstance(o, PullImage)}
    builds = [o.image for o in operations if isinstance(o, BuildImage)]
    contexts = {c for image in builds if image.build for c in image.build.additional_contexts.values()}
    created = {o.spec.image for o in operations if isinstance(o, CreateContainer)}
    bases = {own for image in builds for own in image.bases.values()}
    return pulled, {*created, *bases, *(image.reference for image in builds), *contexts}


@pytest.mark.parametrize("tag", [TAG, f"docker.io/{TAG}"])
@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("services", [(), ("worker",), ("child",), ("mixed",)])
def test_own_image_is_built_and_used(tag: str, policy: str, services: tuple[str, ...]) -> None:
    for pull, build in product(("", "always", "missing", "never"), (False, True)):
        whole = stack(tag, policy)
        chosen = only_services(whole, services) if services else whole
        pulled, used = touched(chosen, world(), pull=pull, build=build)
        assert pulled == set()
        assert OWN in used
        assert not any("acme" in reference for reference in used), used


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("services", [("app",), ("worker",)])
def test_missing_own_image_is_an_error_if_nothing_may_be_built(policy: str, services: tuple[str, ...]) -> None:
    for pull in ("", "always", "missing", "never"):
        chosen = only_services(stack(TAG, policy), services)
        with pytest.raises(WtcError, match="is not built, and `--no-build` is given"):
            touched(chosen, world(), pull=pull, no_build=True)


@pytest.mark.parametrize("policy", POLICIES)
def test_existing_own_image_is_used_if_nothing_may_be_built(policy: str) -> None:
    engine = world()
    touched(only_services(stack(TAG, policy), ["app"]), engine)
    pulled, used = touched(only_services(stack(TAG, policy), ["worker"]), engine, no_build=True, pull="always")
    assert (pulled, used) == (set(), {OWN})


@pytest.mark.parametrize("policy", POLICIES)
def test_pull_pulls_and_build_builds_the_own_image(policy: str) -> None:
    whole = stack(TAG, policy)
    for pull_policy in ("", "always", "missing"):
        assert not plan_images(select_pullable(whole, (), pull_policy), world().observed(), UpOptions(no_build=True))
    for service in ("child", "mixed"):
        plan = plan_images(select_buildable(whole, [service], {}), world().observed(), UpOptions(build=True))
        built = [node.operation.image.reference for node in plan if isinstance(node.operation, BuildImage)]
        assert built == [OWN, f"accra-a1b2c3-{service}"]
