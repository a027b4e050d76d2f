"""What one service needs of another: its container, its health; and networks whose own labels have changed."""

from dataclasses import replace

import pytest

from tests.planner.world import World, desired, project, stranger
from wtc.errors import WtcError
from wtc.model.desired import Desired
from wtc.model.observed import Observed
from wtc.model.plan import RemoveNetwork, StartContainer, WaitContainer
from wtc.model.project import Network
from wtc.model.service import Dependency, Service
from wtc.planner.up import plan_up
from wtc.planner.up_options import UpOptions

BASE = Service(name="base", image="redis:7")
BASE_NAME = "accra-a1b2c3_base"


def alone(guest: Service) -> Desired:
    """The guest without its base, as `up --no-deps guest` has it."""
    whole = desired(project(BASE, guest))
    return replace(whole, services={"guest": whole.services["guest"]}, undeclared=frozenset({"base"}))


@pytest.mark.parametrize(
    "guest",
    [
        Service(name="guest", image="redis:7", network_mode="service:base"),
        Service(name="guest", image="redis:7", ipc="service:base"),
        Service(name="guest", image="redis:7", pid="service:base"),
        Service(name="guest", image="redis:7", volumes_from=("base:ro",)),
    ],
    ids=["network_mode", "ipc", "pid", "volumes_from"],
)
def test_a_service_whose_containers_are_shared_has_to_be_there(guest: Service) -> None:
    with pytest.raises(WtcError, match=r"service `guest` shares .* of service `base`, which has no container"):
        plan_up(alone(guest), World().observed(), UpOptions(no_deps=True))
    world = World()
    world.run(plan_up(desired(project(BASE)), world.observed(), UpOptions()))
    assert plan_up(alone(guest), world.observed(), UpOptions(no_deps=True))


def test_a_service_whose_containers_are_shared_cannot_have_none() -> None:
    guest = Service(name="guest", image="redis:7", network_mode="service:base")
    none = desired(project(replace(BASE, scale=0), guest))
    with pytest.raises(WtcError, match="of service `base`, which has no container"):
        plan_up(none, World().observed(), UpOptions())


def test_a_container_that_is_shared_has_to_be_there_by_name_or_by_the_beginning_of_its_id() -> None:
    observed = Observed(foreign=(stranger("stranger", id="0123456789abcdef"),))
    for name in ("stranger", "0123456789abcdef", "0123456789"):
        guest = Service(name="guest", image="redis:7", network_mode=f"container:{name}")
        assert plan_up(desired(project(guest)), observed, UpOptions())
    guest = Service(name="guest", image="redis:7", network_mode="container:nobody")
    with pytest.raises(WtcError, match="of container `nobody`, which does not exist"):
        plan_up(desired(project(guest)), observed, UpOptions())
    assert plan_up(desired(project(guest)), observed, UpOptions(no_start=True))


def test_each_dependent_waits_as_it_says_whether_the_health_is_required() -> None:
    easy = Dependency(condition="service_healthy", required=False)
    services = (
        Service(name="a", image="redis:7", depends_on={"base": easy}),
        Service(name="b", image="redis:7", depends_on={"base": replace(easy, required=True)}),
    )
    plan = plan_up(desired(project(BASE, *services)), World().observed(), UpOptions())
    waits = {n.id: n.operation.required for n in plan if isinstance(n.operation, WaitContainer)}
    starts = {n.operation.container.name: n for n in plan if isinstance(n.operation, StartContainer)}
    assert [waits[a] for a in starts["accra-a1b2c3_a"].after if a in waits] == [False]
    assert [waits[a] for a in starts["accra-a1b2c3_b"].after if a in waits] == [True]


def test_a_network_whose_labels_in_the_file_have_changed_is_made_anew() -> None:
    def labelled(text: str) -> Desired:
        mine = Network(key="mine", name="p_mine", labels={"x": text})
        return desired(project(Service(name="a", image="redis:7", networks={}), mine=mine))

    world = World()
    world.run(plan_up(labelled("1"), world.observed(), UpOptions()))
    assert not any(
        isinstance(n.operation, RemoveNetwork) for n in plan_up(labelled("1"), world.observed(), UpOptions())
    )
    removed = [n.operation for n in plan_up(labelled("2"), world.observed(), UpOptions())]
    assert [o.name for o in removed if isinstance(o, RemoveNetwork)] == ["accra-a1b2c3_mine"]
