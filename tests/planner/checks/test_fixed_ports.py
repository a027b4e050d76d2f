"""`up --ports fixed`: what uses a port of the file, as a table."""

from collections.abc import Sequence

import pytest

from tests.planner.world import World, desired, project
from wtc.compose.transform.ports import published_ports
from wtc.model.ports import HeldPort, PortBinding, Program
from wtc.model.position import Path, Position
from wtc.model.service import Port, Service
from wtc.model.up_options import UpOptions
from wtc.planner.checks.fixed_ports import port_conflicts
from wtc.planner.checks.port_overlap import addresses_overlap
from wtc.planner.up import plan_up

OTHER = {"container": "two-1_web", "namespace": "two-1", "worktree": "/w/two", "service": "web"}
FOREIGN = {"container": "mine"}
MINE = "container `mine`, which wtc did not create; to free it, run `docker stop mine`"
TWIN = "service `web` of the same file (/w/accra/compose.yaml:4:9); to free it, change one of the two `ports` entries"
REPLICA = "replica 1 of the service; to free it, run `wtc up --ports fixed --scale web=1`"
POSITIONS: dict[Path, Position] = {
    ("services", "web", "ports", 0): Position("/w/accra/compose.yaml", 4, 9),
    ("services", "api", "ports", 0): Position("/w/accra/compose.yaml", 8, 9),
}


def service(*ports: str, name: str = "web", **more: object) -> Service:
    """`ports` are written `8080:80` or `127.0.0.1/8080/udp:80`."""
    made: list[Port] = []
    for text in ports:
        published, _, target = text.rpartition(":")
        address, number, protocol = published.split("/") if "/" in published else ("", published, "tcp")
        made.append(Port(target=int(target), published=published_ports(number), host_ip=address, protocol=protocol))
    return Service(name=name, image="busybox:1.36", ports=tuple(made), **more)  # type: ignore[arg-type]


def held(port: int, host_ip: str = "127.0.0.1", protocol: str = "tcp", **of: str) -> HeldPort:
    binding = PortBinding(target=port, port=port, protocol=protocol, host_ip=host_ip)
    return HeldPort(binding=binding, **{"id": "0", "container": "mine", **of})  # type: ignore[arg-type]


def messages(
    services: Sequence[Service],
    ports: Sequence[HeldPort] = (),
    world: World | None = None,
    programs: dict[int, Program] | None = None,
    **options: object,
) -> list[str]:
    world = world or World()
    stack = desired(project(*services))
    plan = plan_up(stack, world.observed(), UpOptions(**options))  # type: ignore[arg-type]
    found = port_conflicts(stack, plan, ports, POSITIONS, lambda port, _protocol, _ip: (programs or {}).get(port))
    return [f"{d.message}; {d.hint}" for d in found]


WEB = service("8080:80")


@pytest.mark.parametrize(
    ("holder", "taken_by"),
    [
        (OTHER, "container `two-1_web` of the worktree `/w/two`; to free it, run `wtc down -w /w/two`"),
        (
            {**OTHER, "worktree": "/w/a b"},
            "container `two-1_web` of the worktree `/w/a b`; to free it, run `wtc down -w '/w/a b'`",
        ),
        (FOREIGN, MINE),
        (
            {"container": "accra-a1b2c3_db", "namespace": "accra-a1b2c3", "worktree": "/w/accra", "service": "db"},
            "container `accra-a1b2c3_db` of this stack; to free it, run `wtc stop db`",
        ),
        (
            {"container": "accra-a1b2c3_db_run_1", "namespace": "accra-a1b2c3", "worktree": "/w/accra"},
            "container `accra-a1b2c3_db_run_1` of this stack; to free it, run `docker stop accra-a1b2c3_db_run_1`",
        ),
    ],
)
def test_conflict_names_the_container_that_has_the_port(holder: dict[str, str], taken_by: str) -> None:
    expected = f"host port `8080/tcp` at `127.0.0.1` of service `web` is taken by {taken_by}"
    assert messages([WEB], [held(8080, **holder)]) == [expected]


@pytest.mark.parametrize(
    ("program", "taken_by"),
    [
        (Program(pid=7, name="nginx"), "process 7 (`nginx`) on this machine; to free it, stop that process"),
        (Program(pid=7), "process 7 on this machine; to free it, stop that process"),
        (Program(), "a process on this machine; to free it, stop that process"),
    ],
)
def test_conflict_names_the_process_that_has_the_port(program: Program, taken_by: str) -> None:
    expected = f"host port `8080/tcp` at `127.0.0.1` of service `web` is taken by {taken_by}"
    assert messages([WEB], programs={8080: program}) == [expected]


@pytest.mark.parametrize(
    ("wanted", "there", "conflict"),
    [
        ("127.0.0.1/8080/tcp:80", held(8080), True),
        ("127.0.0.1/8080/tcp:80", held(8080, "0.0.0.0"), True),
        ("0.0.0.0/8080/tcp:80", held(8080, "127.0.0.2"), True),
        ("127.0.0.1/8080/tcp:80", held(8080, "127.0.0.2"), False),
        ("127.0.0.1/8080/tcp:80", held(8080, "::"), False),
        ("::/8080/tcp:80", held(8080, "0.0.0.0"), False),
        ("::/8080/tcp:80", held(8080, "::1"), True),
        ("::1/8080/tcp:80", held(8080, "0:0:0:0:0:0:0:1"), True),
        ("127.0.0.1/8080/tcp:80", held(8080, protocol="udp"), False),
        ("127.0.0.1/8080/udp:80", held(8080, protocol="udp"), True),
        ("127.0.0.1/8080/tcp:80", held(8081), False),
        ("127.0.0.1//tcp:80", held(8080), False),
        ("127.0.0.1/0/tcp:80", held(0), False),
    ],
)
def test_port_conflicts_by_number_protocol_and_address(wanted: str, there: HeldPort, *, conflict: bool) -> None:
    assert bool(messages([service(wanted)], [there])) is conflict


def test_range_conflicts_only_if_all_of_it_is_taken() -> None:
    web = service("8080-8082:80")
    taken = [held(8080), held(8081)]
    assert messages([web], taken) == []
    assert messages([web], [*taken, held(8082)]) == [
        f"host port `8080-8082/tcp` at `127.0.0.1` of service `web` is taken by {MINE}"
    ]


def test_two_containers_of_the_plan_that_need_one_port_conflict() -> None:
    api = service("8080:80", name="api")
    assert messages([WEB, api]) == [f"host port `8080/tcp` at `127.0.0.1` of service `api` is taken by {TWIN}"]
    assert messages([service("8080:80", scale=2)]) == [
        f"host port `8080/tcp` at `127.0.0.1` of service `web` is taken by {REPLICA}"
    ]
    assert messages([service("8080-8081:80", scale=2)]) == []


def test_host_network_publishes_nothing() -> None:
    assert messages([service("8080:80", network_mode="host")], [held(8080)]) == []


def running(*services: Service) -> World:
    world = World()
    world.run(plan_up(desired(project(*services)), world.observed(), UpOptions()))
    return world


def test_container_that_is_recreated_frees_its_own_port() -> None:
    world = running(WEB)
    [container] = world.containers.values()
    own = held(8080, id=container.id, container=container.name, namespace="accra-a1b2c3", service="web")
    # The process that listens there can be the engine's proxy for this container.
    proxy = {8080: Program(pid=7, name="docker-proxy")}
    changed = service("8080:80", environment={"DEBUG": "1"})
    assert messages([changed], [own], world, proxy) == []
    assert len(messages([changed], [own, held(8080, "127.0.0.2", id="1")], world, proxy)) == 0
    assert len(messages([changed], [own, held(8080, "0.0.0.0", id="1")], world, proxy)) == 1


def test_container_that_is_kept_needs_no_port() -> None:
    world = running(WEB)
    for container in list(world.containers.values()):
        world.change(container.id, health="healthy")
    assert messages([WEB], [held(8080)], world, {8080: Program(pid=7)}) == []


def test_containers_that_are_only_created_need_no_port() -> None:
    assert messages([WEB], [held(8080)], no_start=True) == []


def test_finding_has_the_position_of_the_ports_entry() -> None:
    stack = desired(project(WEB))
    plan = plan_up(stack, World().observed(), UpOptions())
    [found] = port_conflicts(stack, plan, [held(8080)], POSITIONS, lambda _port, _protocol, _ip: None)
    assert found.position == Position("/w/accra/compose.yaml", 4, 9)
    assert found.path == ("services", "web", "ports", 0)


@pytest.mark.parametrize(
    ("one", "other", "overlap"),
    [
        ("127.0.0.1", "127.0.0.1", True),
        ("127.0.0.1", "127.0.0.2", False),
        ("127.0.0.1", "0.0.0.0", True),
        ("", "127.0.0.1", True),
        ("", "::1", True),
        ("::", "127.0.0.1", False),
        ("::", "[fe80::1]", True),
        ("::1", "0:0:0:0:0:0:0:1", True),
        ("::ffff:127.0.0.1", "127.0.0.1", True),
        ("odd", "127.0.0.1", False),
    ],
)
def test_addresses_overlap_within_a_family(one: str, other: str, *, overlap: bool) -> None:
    assert addresses_overlap(one, other) is overlap
    assert addresses_overlap(other, one) is overlap
