"""The subnets of networks: small, stable, free."""

from dataclasses import replace
from ipaddress import IPv4Network

import pytest

from tests.planner.world import World, desired, project
from wtc.errors import WtcError
from wtc.model.observed import Observed, ObservedNetwork, SubnetPool
from wtc.model.plan import CreateNetwork
from wtc.model.project import IpamPool, Network, Project
from wtc.model.service import Service
from wtc.model.up_options import UpOptions
from wtc.planner.subnets import free_subnets, prefix_length, takes_subnet
from wtc.planner.up import plan_up

WEB = Service(name="web", image="nginx:1.22")
CLASSIC = project(WEB)
POOL = SubnetPool(ranges=("10.213.0.0/16",))
NETWORK = Network(key="default", name="accra-a1b2c3_net")


def offered(of: Project, observed: Observed, pool: SubnetPool | None = POOL) -> list[tuple[str, ...]]:
    """Return the subnets that the plan of `up` offers for each network that it creates."""
    plan = plan_up(desired(of), replace(observed, subnet_pool=pool), UpOptions())
    return [node.operation.subnets for node in plan if isinstance(node.operation, CreateNetwork)]


def on_engine(*subnets: str) -> Observed:
    networks = {f"n{at}": ObservedNetwork(id=f"i{at}", name=f"n{at}", subnets=(s,)) for at, s in enumerate(subnets)}
    return Observed(networks=networks)


@pytest.mark.parametrize(
    ("containers", "prefix"), [(0, 26), (1, 26), (30, 26), (31, 25), (62, 25), (63, 24), (500, 22), (30000, 16)]
)
def test_subnet_has_room_for_twice_the_containers(containers: int, prefix: int) -> None:
    assert prefix_length(containers) == prefix


def test_subnets_of_one_network_are_stable_distinct_and_in_the_pool() -> None:
    first, again = offered(CLASSIC, Observed()), offered(CLASSIC, Observed())
    assert first == again
    (subnets,) = first
    assert len(set(subnets)) == len(subnets) > 1
    assert all(IPv4Network(subnet).subnet_of(IPv4Network("10.213.0.0/16")) for subnet in subnets)
    assert {IPv4Network(subnet).prefixlen for subnet in subnets} == {26}


def test_replicas_need_a_larger_subnet() -> None:
    ((first, *_),) = offered(project(replace(WEB, scale=40)), Observed())
    assert first.endswith("/25")


@pytest.mark.parametrize("where", ["network", "route"])
def test_subnet_that_overlaps_is_not_offered(where: str) -> None:
    ((first, second, *_),) = offered(CLASSIC, Observed())
    whole = str(IPv4Network(first).supernet(new_prefix=24))
    blocked = IPv4Network(whole)
    observed = on_engine(whole) if where == "network" else Observed()
    pool = POOL if where == "network" else replace(POOL, routes=(whole,))
    ((found, *others),) = offered(CLASSIC, observed, pool)
    assert not any(IPv4Network(subnet).overlaps(blocked) for subnet in (found, *others))
    assert found == second or IPv4Network(second).overlaps(blocked)


@pytest.mark.parametrize("routes", [("0.0.0.0/0",), ("0.0.0.0/1", "128.0.0.0/1")])
def test_default_route_takes_no_subnet(routes: tuple[str, ...]) -> None:
    assert offered(CLASSIC, Observed(), replace(POOL, routes=routes)) == offered(CLASSIC, Observed())


def test_each_subnet_of_a_pool_is_offered_once() -> None:
    pool = SubnetPool(ranges=("10.9.0.0/24", "10.8.0.0/25"))
    found = list(free_subnets(pool, ["10.9.0.70/32", "fd00::/64", "not a network"], prefix=26, key="k"))
    assert sorted(found[:3]) == ["10.9.0.0/26", "10.9.0.128/26", "10.9.0.192/26"]
    assert sorted(found[3:]) == ["10.8.0.0/26", "10.8.0.64/26"]


def test_range_that_is_too_small_is_skipped() -> None:
    pool = SubnetPool(ranges=("10.9.0.0/26", "10.8.0.0/24"))
    assert list(free_subnets(pool, [], prefix=24, key="k")) == ["10.8.0.0/24"]


def test_other_stack_prefers_another_subnet() -> None:
    firsts = {next(free_subnets(POOL, [], prefix=26, key=f"stack-{n}")) for n in range(20)}
    assert len(firsts) > 10


def test_exhausted_pool_is_an_error_before_anything_is_created() -> None:
    pool = SubnetPool(ranges=("10.9.0.0/26",), routes=("10.8.0.0/16",))
    with pytest.raises(WtcError) as raised:
        offered(CLASSIC, on_engine("10.9.0.0/30"), pool)
    assert raised.value.message == "no free subnet is left for network `default`"
    assert raised.value.causes == ("each /26 in `10.9.0.0/26` overlaps an existing network or a route of this machine",)
    assert any("WTC_SUBNET_POOL" in hint for hint in raised.value.hints)


def test_existing_network_is_kept_although_the_pool_is_exhausted() -> None:
    world = World()
    world.run(plan_up(desired(CLASSIC), world.observed(), UpOptions()))
    assert offered(CLASSIC, world.observed(), SubnetPool(ranges=("10.9.0.0/26",), routes=("10.9.0.0/26",))) == []


def test_recreated_network_can_keep_its_subnet() -> None:
    world = World()
    world.run(plan_up(desired(CLASSIC), world.observed(), UpOptions()))
    name = "accra-a1b2c3_net"
    world.networks[name] = replace(world.networks[name], subnets=("10.9.0.0/26",))
    changed = project(WEB, default=Network(key="default", name="p_default", attachable=True))
    pool = SubnetPool(ranges=("10.9.0.0/26",), routes=("10.9.0.0/26",))
    assert offered(changed, world.observed(), pool) == [("10.9.0.0/26",)]


@pytest.mark.parametrize(
    "network",
    [
        replace(NETWORK, external=True),
        replace(NETWORK, driver="macvlan"),
        replace(NETWORK, enable_ipv6=True),
        replace(NETWORK, enable_ipv4=False),
        replace(NETWORK, ipam_driver="custom"),
        replace(NETWORK, ipam_options={"a": "b"}),
        replace(NETWORK, ipam_pools=(IpamPool(subnet="10.1.0.0/24"),)),
        replace(NETWORK, ipam_pools=(IpamPool(gateway="10.1.0.1"),)),
    ],
)
def test_what_the_file_configures_wins(network: Network) -> None:
    assert not takes_subnet(network)
    assert takes_subnet(NETWORK)
    assert takes_subnet(replace(NETWORK, driver="bridge", internal=True, enable_ipv6=False))


def test_without_a_pool_the_engine_chooses() -> None:
    assert offered(CLASSIC, Observed(), None) == [()]
