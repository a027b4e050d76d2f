"""Names of the stack that foreign objects have: a conflict before anything changes."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.planner.listing import ANONYMOUS, container, container_labels, image, volume
from tests.planner.world import IDENTITY, NAMESPACE, desired, project
from wtc.errors import ConflictError
from wtc.model.build import Build
from wtc.model.desired import Desired
from wtc.model.observed import EngineListing, MountedVolume, Observed, ObservedImage
from wtc.model.service import Service
from wtc.planner.checks.conflicts import check_names, check_tags, check_writers, foreign_images
from wtc.planner.down import own_volumes
from wtc.planner.observed.observed_stack import observed_stack

APP = desired(project(Service(name="app", build=Build(context="/w/accra"))))
OTHER = replace(NAMESPACE, worktree="/w/berne", identity=replace(IDENTITY, id="f" * 32))


@pytest.mark.parametrize("name", ["accra-a1b2c3_app", "next_accra-a1b2c3_app"])
def test_foreign_container_with_a_name_of_the_stack_or_of_a_replacement_is_a_conflict(name: str) -> None:
    observed = observed_stack(EngineListing(containers=(container(name, labels={}),)), NAMESPACE)
    with pytest.raises(ConflictError) as raised:
        check_names(APP, observed)
    assert raised.value.causes == (f"container `{name}` exists without this stack's labels",)
    assert raised.value.hints == (f"to free the name, run `docker container rm {name}` once nothing needs it",)


@pytest.mark.parametrize("check", [check_names, check_tags])
@pytest.mark.parametrize(
    "there",
    [
        replace(image("accra-a1b2c3-app"), labels={}),
        replace(image("accra-a1b2c3-app"), labels=image(name="berne-1-app").labels),
        image("accra-a1b2c3-app", of=OTHER),
    ],
    ids=["docker tag of any image", "docker tag of another built image", "of another worktree"],
)
def test_foreign_image_with_the_tag_of_a_build_is_a_conflict(
    check: Callable[[Desired, Observed], None], there: ObservedImage
) -> None:
    observed = replace(observed_stack(EngineListing(), NAMESPACE), images={"accra-a1b2c3-app": there})
    with pytest.raises(ConflictError) as raised:
        check(APP, observed)
    assert raised.value.causes == ("image `accra-a1b2c3-app` exists without this stack's labels",)


def test_foreign_image_is_used_with_a_warning_if_nothing_is_built() -> None:
    there = replace(image("accra-a1b2c3-app"), labels={})
    observed = replace(observed_stack(EngineListing(), NAMESPACE), images={"accra-a1b2c3-app": there})
    check_names(APP, observed, building=False)
    assert foreign_images(APP, observed) == [
        "wtc did not build image `accra-a1b2c3-app` of service `app`, and uses it unchanged"
    ]
    own = replace(observed, images={"accra-a1b2c3-app": image("accra-a1b2c3-app")})
    assert foreign_images(APP, own) == []


def test_container_of_another_stack_that_writes_into_a_volume_of_the_stack_is_a_conflict() -> None:
    mount = MountedVolume(name="accra-a1b2c3_data", target="/data")
    labels = container_labels("berne-1_app", of=replace(OTHER, name="berne-1"))
    writer = container("berne-1_app", labels=labels, volumes=(mount,))
    observed = observed_stack(EngineListing(containers=(writer,), volumes=(volume(),)), NAMESPACE)
    with pytest.raises(ConflictError, match="container `berne-1_app`, which does not belong to this stack"):
        check_writers(observed, ["accra-a1b2c3_data"])


def test_anonymous_volume_that_a_container_of_another_stack_mounts_too_is_kept() -> None:
    mount = MountedVolume(name=ANONYMOUS, target="/data", anonymous=True)
    labels = container_labels("berne-1_app", of=replace(OTHER, name="berne-1"))
    user = container("berne-1_app", labels=labels, volumes=(mount,), state="exited")
    listing = EngineListing(containers=(container(volumes=(mount,)), user), volumes=(volume(ANONYMOUS, labels={}),))
    assert own_volumes(NAMESPACE, observed_stack(listing, NAMESPACE)) == []


def test_image_and_containers_of_the_stack_are_not_a_conflict() -> None:
    listing = EngineListing(
        containers=(container(), container("next_accra-a1b2c3_app")), images=(image("accra-a1b2c3-app"),)
    )
    check_names(APP, observed_stack(listing, NAMESPACE))
