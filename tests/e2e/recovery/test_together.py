"""Worktrees that come up in the same instant keep out of each other's way."""

from typing import NamedTuple

import pytest

from tests.e2e.harness import SHOP, Stack, Workshop

pytestmark = pytest.mark.engine


class Together(NamedTuple):
    """Stacks that were brought up at once."""

    workshop: Workshop
    stacks: list[Stack]


@pytest.fixture(scope="module", params=[2, 4], ids=["two", "four"])
def together(request: pytest.FixtureRequest, shared: Workshop) -> Together:
    shared.commit({"compose.yaml": SHOP})
    number = int(request.param)
    names = ["accra", "busan", "cairo", "delhi"][:number]
    folders = [shared.worktree(f"{name}{number}") for name in names]
    started = [shared.start("up", "--json", cwd=folder) for folder in folders]
    ended = [one.end() for one in started]
    assert [one.status for one in ended] == [0] * number, [one.err for one in ended]
    return Together(shared, [Stack(shared.client, one.json()) for one in ended])


def test_no_port_is_given_twice(together: Together) -> None:
    ports = [port for stack in together.stacks for port in stack.ports.values()]
    assert len(ports) == 2 * len(together.stacks)
    assert len(set(ports)) == len(ports)


def test_no_fixed_port_is_published(together: Together) -> None:
    assert not {80, 8080, 3306} & {port for stack in together.stacks for port in stack.ports.values()}


def test_endpoints_are_what_the_engine_publishes(together: Together) -> None:
    for stack in together.stacks:
        for service in ("web", "db"):
            bound = stack.container(service).ports["80/tcp"]
            assert bound == [{"HostIp": "127.0.0.1", "HostPort": str(stack.ports[f"{service}/80/tcp"])}]


def test_every_service_is_healthy(together: Together) -> None:
    states = {stack.container(s).attrs["State"]["Health"]["Status"] for stack in together.stacks for s in ("web", "db")}
    assert states == {"healthy"}


@pytest.mark.parametrize("peer", ["db", "shop-db"])
def test_a_peer_is_reached_by_service_and_by_container_name(together: Together, peer: str) -> None:
    for stack in together.stacks:
        assert "root" in stack.run("web", "wget", "-qO-", f"http://{peer}/passwd")


def test_each_stack_has_data_of_its_own(together: Together) -> None:
    for stack in together.stacks:
        stack.run("db", "sh", "-c", f"echo {stack.namespace} > /data/row")
    for stack in together.stacks:
        assert stack.run("web", "wget", "-qO-", "http://shop-db/row").strip() == stack.namespace


def test_ps_lists_every_stack(together: Together) -> None:
    listed = {s["namespace"]: s for s in together.workshop.wtc("ps", "--json").json()["stacks"]}
    for stack in together.stacks:
        assert {c["service"] for c in listed[stack.namespace]["containers"]} == {"web", "db"}


def test_two_ups_of_one_worktree_wait_for_each_other(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": SHOP})
    ended = [one.end() for one in [workshop.start("up", "--json") for _ in range(2)]]
    assert [one.status for one in ended] == [0, 0], [one.err for one in ended]
    first, second = (one.json() for one in ended)
    assert first["endpoints"] == second["endpoints"]
    assert sorted([first["changed"], second["changed"]]) == [False, True]
