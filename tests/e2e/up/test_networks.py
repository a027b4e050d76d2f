"""Small subnets: many stacks at once, each on its own."""

from ipaddress import IPv4Network
from typing import Any

import pytest

from tests.e2e.harness import QUICK, Workshop, one_service

pytestmark = pytest.mark.engine

POOL = "10.217.0.0/16"
IDLE = f"""\
services:
  web: &idle
    {QUICK}
    command: sleep 1000
  db: *idle
"""


def subnets(workshop: Workshop, namespace: str) -> list[IPv4Network]:
    """Return the subnets of the networks of a stack."""
    found: list[Any] = workshop.client.networks.list(filters={"label": f"com.wtc.project={namespace}"})
    return [IPv4Network(pool["Subnet"]) for network in found for pool in network.attrs["IPAM"]["Config"]]


def test_network_gets_a_small_subnet_of_the_pool_and_keeps_it(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": one_service()})
    env = {"WTC_SUBNET_POOL": POOL}
    stack = workshop.up(env=env)
    (first,) = subnets(workshop, stack.namespace)
    assert first.prefixlen == 26
    assert first.subnet_of(IPv4Network(POOL))
    assert workshop.wtc("up", "--dry-run", env={"WTC_SUBNET_POOL": "10.218.0.0/16"}).out.find("network") == -1
    workshop.wtc("down", "-t", "0")
    assert subnets(workshop, workshop.up(env=env).namespace) == [first]


def test_ipam_of_the_file_wins(workshop: Workshop) -> None:
    file = "networks: {default: {ipam: {config: [{subnet: 10.219.7.0/24}]}}}\n"
    workshop.commit({"compose.yaml": one_service() + file})
    stack = workshop.up(env={"WTC_SUBNET_POOL": POOL})
    assert subnets(workshop, stack.namespace) == [IPv4Network("10.219.7.0/24")]


def test_exhausted_pool_is_an_error_and_leaves_nothing(workshop: Workshop) -> None:
    two = "networks: {default: {}, back: {}}\n"
    workshop.commit({"compose.yaml": one_service("web", "networks: [default, back]") + two})
    # Both networks are offered the only subnet of the pool, and the engine gives it to one of them.
    ended = workshop.refused("up", status=1, env={"WTC_SUBNET_POOL": "10.217.255.0/26"})
    assert "cannot create network" in ended.err
    assert "wtc clean --gone" in ended.err
    assert workshop.leftovers() == []
    other = workshop.folder("other", {"compose.yaml": one_service()})
    workshop.up(cwd=other, env={"WTC_SUBNET_POOL": "10.217.255.0/26"})
    ended = workshop.refused("up", status=1, env={"WTC_SUBNET_POOL": "10.217.255.0/26"})
    assert "no free subnet is left for network `" in ended.err


@pytest.mark.timeout(600)
@pytest.mark.slow
def test_sixty_stacks_have_distinct_subnets_and_clean_leaves_nothing(workshop: Workshop) -> None:
    files = {"compose.yaml": IDLE}
    folders = [workshop.folder(f"stack{number}", files) for number in range(60)]
    env = {"WTC_SUBNET_POOL": POOL}
    used: list[IPv4Network] = []
    for at in range(0, len(folders), 6):
        started = [workshop.start("up", "--json", cwd=folder, env=env) for folder in folders[at : at + 6]]
        ended = [one.end() for one in started]
        assert [one.status for one in ended] == [0] * len(started), [one.err for one in ended if one.status]
        used += [subnet for one in ended for subnet in subnets(workshop, one.json()["namespace"])]
    assert len(used) == len(folders)
    assert not any(one.overlaps(other) for at, one in enumerate(used) for other in used[:at])
    ended_clean = workshop.wtc("clean", "--all", "-y", "-t", "0", cwd=workshop.base)
    assert ended_clean.status == 0
    assert workshop.leftovers() == []
