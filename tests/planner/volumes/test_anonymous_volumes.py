"""Anonymous volumes: which ones a new container inherits."""

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
    """Return a world with the services up; their image declares a volume on `/data`."""
    there = World(images={"redis:7": DECLARED})
    up(there, *services)
    return there


def up(there: World, *services: Service, renew: bool = False) -> None:
    options = UpOptions(recreate=Recreate.ALWAYS if renew else Recreate.DIVERGED, renew_anonymous_volumes=renew)
    there.run(plan_up(desired(project(*services, volumes=("named",))), there.observed(), options))


def data(there: World, target: str = "/data") -> str:
    """Return the name of the cache's volume."""
    return next(v.name for v in there.find("accra-a1b2c3_cache").volumes if v.target == target)


def test_anonymous_volume_of_an_image_has_the_labels_of_the_stack() -> None:
    there = world(CACHE)
    labels = there.volumes[data(there)].labels
    assert labels["com.wtc.project"] == NAMESPACE.name
    assert labels["com.wtc.anonymous"] == "cache/1:/data"


def test_anonymous_volume_is_reused_after_down() -> None:
    there = world(CACHE)
    before = data(there)
    there.run(plan_down(NAMESPACE, there.observed()))
    up(there, CACHE)
    assert data(there) == before


def test_each_replica_reuses_its_own_anonymous_volume() -> None:
    two = replace(CACHE, scale=2)
    there = world(two)
    before = {c.name: c.volumes for c in there.containers.values()}
    there.run(plan_down(NAMESPACE, there.observed()))
    up(there, two)
    assert {c.name: c.volumes for c in there.containers.values()} == before


def test_renewed_anonymous_volume_leaves_the_old_one() -> None:
    there = world(CACHE)
    before = data(there)
    up(there, CACHE, renew=True)
    assert data(there) != before
    assert before in there.volumes


def test_renewed_anonymous_volume_is_inherited_although_both_are_of_one_second() -> None:
    there = world(CACHE)
    for _ in range(2):
        up(there, CACHE, renew=True)
    renewed = data(there)
    there.run(plan_down(NAMESPACE, there.observed()))
    same_second = {name: replace(volume, created="2026-11-21T03:00:00Z") for name, volume in there.volumes.items()}
    there.volumes.update(same_second)
    up(there, CACHE)
    assert data(there) == renewed


def test_newer_of_two_anonymous_volumes_is_inherited() -> None:
    there = world(CACHE)
    first = data(there)
    there.run(plan_down(NAMESPACE, there.observed()))
    there.volumes["f" * 64] = replace(there.volumes[first], name="f" * 64, created="2026-11-21T03:00:01Z")
    there.volumes[first] = replace(there.volumes[first], created="2026-11-21T03:00:00Z")
    up(there, CACHE)
    assert data(there) == "f" * 64


def test_neither_of_two_anonymous_volumes_of_one_age_is_inherited() -> None:
    there = world(CACHE)
    first = data(there)
    there.run(plan_down(NAMESPACE, there.observed()))
    there.volumes["f" * 64] = replace(there.volumes[first], name="f" * 64)
    up(there, CACHE)
    assert data(there) not in {first, "f" * 64}


def test_anonymous_volume_that_a_named_one_replaces_is_kept_until_clean() -> None:
    there = world(CACHE)
    before = data(there)
    up(there, replace(CACHE, volumes=(Mount(type="volume", source="named", target="/data"),)))
    assert data(there) == "accra-a1b2c3_named"
    assert before in there.volumes
    there.run(plan_clean(NAMESPACE, there.observed()))
    assert there.volumes == {}


@pytest.mark.parametrize("down", [False, True], ids=["at-once", "after-down"])
def test_anonymous_volume_that_is_no_longer_declared_is_kept_and_not_mounted(*, down: bool) -> None:
    scratch = replace(CACHE, volumes=(Mount(type="volume", target="/scratch"),))
    there = world(scratch)
    before, kept = data(there, "/scratch"), data(there)
    if down:
        there.run(plan_down(NAMESPACE, there.observed()))
    up(there, CACHE)
    assert [(v.name, v.target) for v in there.find("accra-a1b2c3_cache").volumes] == [(kept, "/data")]
    assert before in there.volumes


def test_clean_after_down_leaves_no_anonymous_volume() -> None:
    there = world(CACHE)
    there.run(plan_down(NAMESPACE, there.observed()))
    there.run(plan_clean(NAMESPACE, there.observed()))
    assert there.volumes == {}
