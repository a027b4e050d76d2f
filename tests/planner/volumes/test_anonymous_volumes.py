"""Volumes that have no name in the file."""

from dataclasses import replace

import pytest

from tests.planner.world import NAMESPACE, World, desired, project
from wtc.model.mounts import Mount
from wtc.model.observed import ObservedImage
from wtc.model.service import Service
from wtc.model.up_options import Recreate, UpOptions
from wtc.planner.down import plan_clean, plan_down
from wtc.planner.up import plan_up

CACHE = Service(name="cache", image="redis:7")
DECLARED = ObservedImage(reference="redis:7", id="sha256:r", volumes=("/data",))


def world(*services: Service) -> World:
    """A world with the services up, whose image declares a volume on `/data`."""
    there = World(images={"redis:7": DECLARED})
    up(there, *services)
    return there


def up(there: World, *services: Service, renew: bool = False) -> None:
    options = UpOptions(recreate=Recreate.ALWAYS if renew else Recreate.DIVERGED, renew_anonymous_volumes=renew)
    there.run(plan_up(desired(project(*services, volumes=("named",))), there.observed(), options))


def data(there: World, target: str = "/data") -> str:
    """The name of the volume that the cache has there."""
    return next(v.name for v in there.find("accra-a1b2c3_cache").volumes if v.target == target)


def test_the_volume_of_an_image_bears_the_stacks_labels() -> None:
    there = world(CACHE)
    labels = there.volumes[data(there)].labels
    assert labels["com.wtc.project"] == NAMESPACE.name
    assert labels["com.wtc.anonymous"] == "cache/1:/data"


def test_it_is_found_again_after_down() -> None:
    there = world(CACHE)
    before = data(there)
    there.run(plan_down(NAMESPACE, there.observed()))
    up(there, CACHE)
    assert data(there) == before


def test_each_replica_finds_its_own() -> None:
    two = replace(CACHE, scale=2)
    there = world(two)
    before = {c.name: c.volumes for c in there.containers.values()}
    there.run(plan_down(NAMESPACE, there.observed()))
    up(there, two)
    assert {c.name: c.volumes for c in there.containers.values()} == before


def test_it_is_renewed_when_asked_and_the_one_before_stays() -> None:
    there = world(CACHE)
    before = data(there)
    up(there, CACHE, renew=True)
    assert data(there) != before
    assert before in there.volumes


def test_of_two_that_could_be_meant_the_newer_one_is_taken() -> None:
    there = world(CACHE)
    first = data(there)
    there.run(plan_down(NAMESPACE, there.observed()))
    there.volumes["f" * 64] = replace(there.volumes[first], name="f" * 64, created="2026-11-21T03:00:01Z")
    there.volumes[first] = replace(there.volumes[first], created="2026-11-21T03:00:00Z")
    up(there, CACHE)
    assert data(there) == "f" * 64


def test_of_two_of_one_age_neither_is_taken() -> None:
    there = world(CACHE)
    first = data(there)
    there.run(plan_down(NAMESPACE, there.observed()))
    there.volumes["f" * 64] = replace(there.volumes[first], name="f" * 64)
    up(there, CACHE)
    assert data(there) not in {first, "f" * 64}


def test_a_named_volume_in_its_place_leaves_it_behind_until_clean() -> None:
    there = world(CACHE)
    before = data(there)
    up(there, replace(CACHE, volumes=(Mount(type="volume", source="named", target="/data"),)))
    assert data(there) == "accra-a1b2c3_named"
    assert before in there.volumes
    there.run(plan_clean(NAMESPACE, there.observed()))
    assert there.volumes == {}


@pytest.mark.parametrize("down", [False, True], ids=["at-once", "after-down"])
def test_what_the_file_no_longer_asks_for_stays_behind_and_is_mounted_no_more(*, down: bool) -> None:
    scratch = replace(CACHE, volumes=(Mount(type="volume", target="/scratch"),))
    there = world(scratch)
    before, kept = data(there, "/scratch"), data(there)
    if down:
        there.run(plan_down(NAMESPACE, there.observed()))
    up(there, CACHE)
    assert [(v.name, v.target) for v in there.find("accra-a1b2c3_cache").volumes] == [(kept, "/data")]
    assert before in there.volumes


def test_clean_after_down_leaves_none() -> None:
    there = world(CACHE)
    there.run(plan_down(NAMESPACE, there.observed()))
    there.run(plan_clean(NAMESPACE, there.observed()))
    assert there.volumes == {}
