"""Equal facts about the engine lead to equal plans, and everything that a plan reacts to changes the facts."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.planner.world import NAMESPACE, World, desired, project, stranger
from wtc.errors import WtcError
from wtc.model.mounts import Mount
from wtc.model.observed import Observed, ObservedContainer, ObservedImage, ObservedVolume
from wtc.model.project import Volume
from wtc.model.service import Dependency, Service
from wtc.model.up_options import UpOptions
from wtc.planner.images.plan_images import check_images, plan_images
from wtc.planner.settled import looked_at, observed_facts
from wtc.planner.up import plan_up
from wtc.planner.volumes.copy_marker import copy_marker as marked

PROJECT = project(
    Service(name="db", image="postgres:15", volumes=(Mount(type="volume", source="data", target="/d"),)),
    Service(name="web", image="nginx:1.22", depends_on={"db": Dependency(condition="service_started")}, scale=2),
    volumes=("data",),
)
DESIRED = desired(PROJECT)
NAMES = looked_at(DESIRED)
IMAGES = {name: ObservedImage(reference=name, id=f"sha256:{name}") for name in NAMES["images"]}


def settled() -> Observed:
    """Return the engine after `up`."""
    world = World()
    before = replace(world.observed(), images=IMAGES)
    world.run(plan_up(DESIRED, before, UpOptions()))
    found = world.observed()
    containers = tuple(replace(c, image_id=f"sha256:{c.image}") for c in found.containers)
    return replace(found, images=IMAGES, containers=containers)


SETTLED = settled()


def facts(observed: Observed) -> Any:
    return observed_facts(observed, NAMESPACE, NAMES)


def outcome(observed: Observed) -> object:
    """Return what `up` plans and warns of, or the error."""
    try:
        check_images(DESIRED, observed, UpOptions())
        return plan_images(DESIRED, observed, UpOptions()), plan_up(DESIRED, observed, UpOptions())
    except WtcError as error:
        return error.message, error.causes


def copy_marker(volume: Volume) -> ObservedVolume:
    marker = marked(volume, "other", ())
    return ObservedVolume(name=marker.name, labels=marker.labels)


def on_first(**values: object) -> Callable[[Observed], Observed]:
    def change(observed: Observed) -> Observed:
        first, *others = observed.containers
        changed: ObservedContainer = replace(first, **values)  # type: ignore[arg-type]
        return replace(observed, containers=(changed, *others))

    return change


def without(kind: str) -> Callable[[Observed], Observed]:
    return lambda observed: replace(observed, **{kind: {}})


def relabelled(kind: str) -> Callable[[Observed], Observed]:
    def change(observed: Observed) -> Observed:
        found: dict[str, Any] = getattr(observed, kind)
        return replace(observed, **{kind: {name: replace(one, labels={"a": "b"}) for name, one in found.items()}})

    return change


def added(**values: object) -> Callable[[Observed], Observed]:
    def change(observed: Observed) -> Observed:
        more: ObservedContainer = replace(observed.containers[0], id="more", **values)  # type: ignore[arg-type]
        return replace(observed, containers=(*observed.containers, more))

    return change


CHANGES: dict[str, Callable[[Observed], Observed]] = {
    "a removed container": lambda o: replace(o, containers=o.containers[1:]),
    "a stopped container": on_first(state="exited", exit_code=1),
    "a completed container": on_first(state="exited"),
    "a paused container": on_first(state="paused"),
    "a dead container": on_first(state="dead"),
    "an unhealthy container": on_first(health="unhealthy"),
    "a starting container": on_first(health="starting"),
    "another configuration": on_first(config_hash="other"),
    "another image of a container": on_first(image_id="sha256:other"),
    "a detached network": on_first(networks={}),
    "an unmounted volume": on_first(volumes=()),
    "a moved tag": lambda o: replace(o, images={n: replace(i, id="sha256:new") for n, i in o.images.items()}),
    "a removed image": without("images"),
    "a removed network": without("networks"),
    "a removed volume": without("volumes"),
    "a network that is not wtc's": relabelled("networks"),
    "a volume that is not wtc's": relabelled("volumes"),
    "an orphan": added(service="gone", name="accra-a1b2c3_gone"),
    "a surplus replica": added(service="web", number=3, name="accra-a1b2c3_web_3"),
    "a replacement of an interrupted run": added(name=NAMES["names"][-1], replaces="old"),
    "a foreign container with the name of a replacement": lambda o: replace(
        o, foreign=(*o.foreign, stranger(next(n for n in NAMES["names"] if n not in {c.name for c in o.containers})))
    ),
    "a foreign writer": lambda o: replace(
        o, foreign_use=replace(o.foreign_use, writers={NAMES["volumes"][0]: "stranger"})
    ),
    "the marker of an unfinished copy": lambda o: replace(
        o, volumes={**o.volumes, "marker": copy_marker(DESIRED.volumes["data"])}
    ),
    "another engine": on_first(id="other"),
    "another API version": lambda o: replace(o, api_version=(1, 41)),
}
UNRELATED: dict[str, Callable[[Observed], Observed]] = {
    "another order": lambda o: replace(o, containers=o.containers[::-1]),
    "a stranger": lambda o: replace(o, foreign=(*o.foreign, stranger("stranger"))),
    "an image of others": lambda o: replace(o, images={**o.images, "x": ObservedImage(reference="x", id="sha256:x")}),
    "the time": lambda o: replace(o, at_s=o.at_s + 1000),
}


def test_up_has_nothing_to_do_in_the_settled_state() -> None:
    images, plan = plan_images(DESIRED, SETTLED, UpOptions()), plan_up(DESIRED, SETTLED, UpOptions())
    assert (images.nodes, plan.nodes, plan.warnings) == ((), (), ())


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_change_of_the_stack_changes_the_facts(change: Callable[[Observed], Observed]) -> None:
    assert facts(change(SETTLED)) != facts(SETTLED)


@pytest.mark.parametrize("change", UNRELATED.values(), ids=UNRELATED)
def test_change_of_what_no_plan_looks_at_does_not(change: Callable[[Observed], Observed]) -> None:
    assert facts(change(SETTLED)) == facts(SETTLED)


STATES = st.lists(st.sampled_from([*CHANGES.values(), *UNRELATED.values()]), max_size=3)


@given(STATES, STATES)
def test_equal_facts_lead_to_equal_plans(
    changes: list[Callable[[Observed], Observed]], others: list[Callable[[Observed], Observed]]
) -> None:
    one, other = SETTLED, SETTLED
    for change in changes:
        one = change(one) if one.containers else one
    for change in others:
        other = change(other) if other.containers else other
    if facts(one) == facts(other):
        assert outcome(one) == outcome(other)
