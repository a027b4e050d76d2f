"""What one service needs from another: its container, its health; and networks with changed labels."""

from dataclasses import replace

import pytest

from tests.planner.world import World, desired, project, stranger
from wtc.errors import WtcError
from wtc.model.desired import Desired
from wtc.model.observed import Observed
from wtc.model.plan import Condition, RemoveNetwork, StartContainer, WaitContainer
from wtc.model.project import Network
from wtc.model.service import Dependency, Service
from wtc.model.up_options import UpOptions
from wtc.planner.up import plan_up

BASE = Service(name="base", image="redis:7")
BASE_NAME = "accra-a1b2c3_base"


def alone(guest: Service) -> Desired:
    """Return the guest without its base, as in `up --no-deps guest`."""
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
def test_service_whose_containers_are_shared_must_exist(guest: Service) -> None:
    with pytest.raises(WtcError, match=r"service `guest` shares .* of service `base`, which has no container"):
        plan_up(alone(guest), World().observed(), UpOptions(no_deps=True))
    world = World()
    world.run(plan_up(desired(project(BASE)), world.observed(), UpOptions()))
    assert plan_up(alone(guest), world.observed(), UpOptions(no_deps=True))


def test_service_whose_containers_are_shared_must_have_a_container() -> None:
    guest = Service(name="guest", image="redis:7", network_mode="service:base")
    none = desired(project(replace(BASE, scale=0), guest))
    with pytest.raises(WtcError, match="of service `base`, which has no container"):
        plan_up(none, World().observed(), UpOptions())


def test_shared_container_must_exist_by_name_or_id_prefix() -> None:
    observed = Observed(foreign=(stranger("stranger", id="0123456789abcdef"),))
    for name in ("stranger", "0123456789abcdef", "0123456789"):
        guest = Service(name="guest", image="redis:7", network_mode=f"container:{name}")
        assert plan_up(desired(project(guest)), observed, UpOptions())
    guest = Service(name="guest", image="redis:7", network_mode="container:missing")
    with pytest.raises(WtcError, match="of container `missing`, which does not exist"):
        plan_up(desired(project(guest)), observed, UpOptions())
    assert plan_up(desired(project(guest)), observed, UpOptions(no_start=True))


def test_each_dependent_waits_with_its_own_required() -> None:
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


def test_network_with_changed_labels_is_recreated() -> None:
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


@pytest.mark.parametrize(
    ("dependents", "required"),
    [
        ((), True),
        ((Dependency(condition="service_healthy", required=False),), False),
        ((Dependency(condition="service_completed_successfully", required=False),), False),
        ((Dependency(condition="service_started", required=False),), True),
        ((Dependency(condition="service_healthy"), Dependency(condition="service_healthy", required=False)), True),
    ],
)
def test_up_again_waits_for_an_optional_dependency_without_requiring_it(
    dependents: tuple[Dependency, ...], *, required: bool
) -> None:
    services = [Service(name=f"s{n}", image="redis:7", depends_on={"base": how}) for n, how in enumerate(dependents)]
    world = World()
    stack = desired(project(BASE, *services))
    world.run(plan_up(stack, world.observed(), UpOptions(no_wait=True)))
    world.change("accra-a1b2c3_base", state="running", health="unhealthy")
    plan = plan_up(stack, world.observed(), UpOptions())
    waits = [n.operation for n in plan if isinstance(n.operation, WaitContainer)]
    assert [(w.container.name, w.condition, w.required) for w in waits] == [
        ("accra-a1b2c3_base", Condition.READY, required)
    ]
