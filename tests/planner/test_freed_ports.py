"""A container starts only after those of the stack that end have given up its host ports."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from inline_snapshot import snapshot

from tests.planner.world import World, desired, project
from wtc.model.desired import Desired
from wtc.model.plan_text import plan_text
from wtc.model.service import Dependency, Port, Service
from wtc.model.up_options import UpOptions
from wtc.planner.up import plan_up


def service(name: str, *ports: int, host_ip: str = "", **more: object) -> Service:
    published = tuple(Port(target=80, published=range(p, p + 1), host_ip=host_ip) for p in ports)
    return Service(name=name, image="nginx", ports=published, **more)  # pyright: ignore[reportArgumentType]


def running(what: Desired) -> World:
    world = World()
    world.run(plan_up(what, world.observed(), UpOptions()))
    return world


def stack(*services: Service) -> Desired:
    return desired(project(*services))


def plan(what: Desired, world: World, **options: object) -> str:
    return plan_text(plan_up(what, world.observed(), UpOptions(no_wait=True, **options)))  # pyright: ignore[reportArgumentType]


def test_port_of_an_orphan_is_published_after_its_removal() -> None:
    world = running(stack(service("web", 8080)))
    assert plan(stack(service("next", 8080)), world, remove_orphans=True) == snapshot("""\
1 stop container accra-a1b2c3_web: the file has no service `web`
2 remove container accra-a1b2c3_web: the file has no service `web` (after 1)
3 create container accra-a1b2c3_next: it does not exist
4 start container accra-a1b2c3_next: it does not exist (after 2, 3)\
""")


def test_ports_that_two_services_exchange_are_published_after_both_have_stopped() -> None:
    world = running(stack(service("a", 8080), service("b", 9090)))
    assert plan(stack(service("a", 9090), service("b", 8080)), world) == snapshot("""\
1 create container next_accra-a1b2c3_a: its configuration has changed
2 create container next_accra-a1b2c3_b: its configuration has changed
3 stop container accra-a1b2c3_b: its configuration has changed (after 2)
4 stop container accra-a1b2c3_a: its configuration has changed (after 1)
5 remove container accra-a1b2c3_a: its configuration has changed (after 4)
6 rename container next_accra-a1b2c3_a to accra-a1b2c3_a: its configuration has changed (after 5)
7 start container accra-a1b2c3_a: its configuration has changed (after 3, 6)
8 remove container accra-a1b2c3_b: its configuration has changed (after 3)
9 rename container next_accra-a1b2c3_b to accra-a1b2c3_b: its configuration has changed (after 8)
10 start container accra-a1b2c3_b: its configuration has changed (after 4, 9)\
""")


def test_port_of_a_surplus_replica_is_published_after_its_removal() -> None:
    pair = replace(service("web"), scale=2, ports=(Port(target=80, published=range(8080, 8082)),))
    world = running(stack(pair))
    world.change("accra-a1b2c3_web_2", ports=(replace(world.find("accra-a1b2c3_web_2").ports[0], port=8081),))
    assert plan(stack(replace(pair, scale=1), service("api", 8081)), world) == snapshot("""\
1 stop container accra-a1b2c3_web_2: `web` has 1 replicas
2 remove container accra-a1b2c3_web_2: `web` has 1 replicas (after 1)
3 create container accra-a1b2c3_api: it does not exist
4 start container accra-a1b2c3_api: it does not exist (after 2, 3)\
""")


def test_port_at_another_address_is_not_waited_for() -> None:
    world = running(stack(service("web", 8080, host_ip="127.0.0.1")))
    assert plan(stack(service("next", 8080, host_ip="127.0.0.2")), world, remove_orphans=True) == snapshot("""\
1 stop container accra-a1b2c3_web: the file has no service `web`
2 remove container accra-a1b2c3_web: the file has no service `web` (after 1)
3 create container accra-a1b2c3_next: it does not exist
4 start container accra-a1b2c3_next: it does not exist (after 3)\
""")


@st.composite
def stacks(draw: st.DrawFn) -> Desired:
    names = draw(st.lists(st.sampled_from("abcd"), min_size=1, unique=True).map(sorted))
    ports = draw(st.permutations([8080, 8081, 8082, 8083]))
    return stack(
        *(
            service(
                name,
                *ports[index : index + draw(st.integers(0, 1))],
                depends_on={
                    other: Dependency(condition="service_started", restart=draw(st.booleans()))
                    for other in draw(st.lists(st.sampled_from(names[:index]), unique=True) if index else st.just([]))
                },
            )
            for index, name in enumerate(names)
        )
    )


@given(first=stacks(), second=stacks())
def test_no_container_starts_while_another_one_has_its_port(first: Desired, second: Desired) -> None:
    world = World()
    world.run_starts_first(plan_up(first, world.observed(), UpOptions()))
    options = UpOptions(remove_orphans=True)
    world.run_starts_first(plan_up(second, world.observed(), options))
    assert plan_text(plan_up(second, world.observed(), options)) == ""
