"""A plan that is interrupted at any step: the next one completes it, and no volume is lost."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.planner.world import NAMESPACE, World, desired, project
from wtc.model.desired import Desired
from wtc.model.mounts import Mount
from wtc.model.service import Dependency, Service
from wtc.model.up_options import Recreate, UpOptions
from wtc.planner.down import plan_clean
from wtc.planner.up import plan_up

NAMES = ["a", "b", "c", "d"]


@st.composite
def stacks(draw: st.DrawFn) -> Desired:
    services: list[Service] = []
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, unique=True).map(sorted))
    for index, name in enumerate(names):
        before = names[:index]
        depends = {
            other: Dependency(condition=draw(st.sampled_from(["service_started", "service_healthy"])), restart=restart)
            for other in draw(st.lists(st.sampled_from(before), unique=True) if before else st.just([]))
            for restart in [draw(st.booleans())]
        }
        shares = draw(st.sampled_from(["", *(s.name for s in services if s.scale != 0)]))
        if shares:
            depends[shares] = Dependency(restart=True)
        services.append(
            Service(
                name=name,
                image="img",
                environment=draw(st.sampled_from([{}, {"X": "1"}])),
                scale=draw(st.sampled_from([None, None, 0, 2])) if not shares else None,
                depends_on=depends,
                network_mode=f"service:{shares}" if shares else "",
                volumes=draw(
                    st.sampled_from(
                        [
                            (),
                            (Mount(type="volume", source="data", target="/data"),),
                            (Mount(type="volume", target="/d"),),
                        ]
                    )
                ),
            )
        )
    return desired(project(*services, volumes=("data",), driver=draw(st.sampled_from(["", "", "x"]))))


def shape(world: World) -> object:
    """Return the parts of the state that a user can see."""
    containers = {(c.name, c.state, c.config_hash, tuple(sorted(c.networks))) for c in world.containers.values()}
    return containers, {(n.name, n.labels["com.wtc.confighash"]) for n in world.networks.values()}


def bring_up(stack: Desired, world: World) -> None:
    world.run(plan_up(stack, world.observed(), UpOptions(remove_orphans=True)))


@settings(max_examples=300)
@given(
    first=stacks(),
    second=stacks(),
    third=stacks(),
    cuts=st.tuples(st.integers(0, 30), st.integers(0, 30)),
    how=st.sampled_from(list(Recreate)),
)
def test_up_completes_after_an_interruption_at_any_step(
    first: Desired, second: Desired, third: Desired, cuts: tuple[int, int], how: Recreate
) -> None:
    fresh = World(image_volumes=("/image",))
    bring_up(third, fresh)

    world = World(image_volumes=("/image",))
    bring_up(first, world)
    named = {name for name in world.volumes if name.startswith(NAMESPACE.name)}
    options = UpOptions(remove_orphans=True, recreate=how)
    world.run(plan_up(second, world.observed(), options), only_first=cuts[0])
    world.run(plan_up(third, world.observed(), options), only_first=cuts[1])
    bring_up(third, world)

    assert shape(world) == shape(fresh)
    assert named <= set(world.volumes)
    assert not plan_up(third, _healthy(world).observed(), UpOptions())


@settings(max_examples=100)
@given(first=stacks(), second=stacks(), cut=st.integers(0, 30))
def test_clean_leaves_nothing_after_an_interruption_at_any_step(first: Desired, second: Desired, cut: int) -> None:
    world = World(image_volumes=("/image",))
    bring_up(first, world)
    world.run(plan_up(second, world.observed(), UpOptions()), only_first=cut)
    world.run(plan_clean(NAMESPACE, world.observed()))
    assert (world.containers, world.networks) == ({}, {})
    assert not [v for v in world.volumes if v.startswith(NAMESPACE.name)]
    assert not plan_clean(NAMESPACE, world.observed())


def _healthy(world: World) -> World:
    for container in list(world.containers.values()):
        world.containers[container.id] = replace(container, health="healthy")
    return world
