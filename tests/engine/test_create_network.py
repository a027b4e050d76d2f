"""The engine has the last word on the subnet of a network."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

import pytest

from wtc import labels as label
from wtc.engine.resource_calls import create_network
from wtc.errors import ConflictError, EngineError, NotFoundError
from wtc.model.plan import CreateNetwork
from wtc.model.project import Network

if TYPE_CHECKING:
    from wtc.engine.client.connection import Engine

LABELS = {label.MANAGED: "true", label.PROJECT: "accra-a1b2c3", label.ID: "i", label.NAME: "accra-a1b2c3_net"}
NETWORK = Network(key="default", name="accra-a1b2c3_net", labels=LABELS)
SUBNETS = ("10.9.0.0/26", "10.9.0.64/26", "10.9.0.128/26")


class _Engine:
    api_version = (1, 51)

    def __init__(self, refuses: Callable[[str], int], found: dict[str, Any] | None = None) -> None:
        self.refuses, self.found = refuses, found
        self.asked: list[str] = []

    def call(self, method: str, path: str, *, doing: str, body: dict[str, Any]) -> None:
        assert (method, path) == ("POST", "/networks/create")
        subnet = body["IPAM"]["Config"][0]["Subnet"] if "IPAM" in body else ""
        self.asked.append(subnet)
        if status := self.refuses(subnet):
            raise EngineError(f"cannot {doing}", status=status, causes=["Pool overlaps with other one"])

    def object(self, path: str, *, doing: str) -> dict[str, Any]:
        if self.found is None:
            raise NotFoundError(f"cannot {doing}", status=404)
        return self.found


def create(engine: _Engine, *subnets: str) -> None:
    create_network(cast("Engine", engine), CreateNetwork(network=NETWORK, subnets=subnets))


@pytest.mark.parametrize("status", [400, 403, 404, 409, 500])
def test_next_subnet_is_tried_if_the_engine_refuses_one(status: int) -> None:
    engine = _Engine(lambda subnet: status if subnet != SUBNETS[1] else 0)
    create(engine, *SUBNETS)
    assert engine.asked == [*SUBNETS[:2]]


def test_refusal_of_all_subnets_is_the_engines_error() -> None:
    engine = _Engine(lambda _: 403)
    with pytest.raises(EngineError) as raised:
        create(engine, *SUBNETS)
    assert engine.asked == [*SUBNETS]
    assert raised.value.causes == ("Pool overlaps with other one",)
    assert "to see how many more networks fit, run `wtc doctor`" in raised.value.hints


def test_error_of_the_engines_own_choice_says_how_to_have_more_networks() -> None:
    with pytest.raises(EngineError) as raised:
        create(_Engine(lambda _: 404))
    assert any("WTC_SUBNET_POOL" in hint for hint in raised.value.hints)


def test_network_that_the_stack_has_already_is_used() -> None:
    engine = _Engine(lambda _: 409, {"Labels": LABELS})
    create(engine, *SUBNETS)
    assert engine.asked == [SUBNETS[0]]


def test_network_of_another_stack_is_a_conflict() -> None:
    engine = _Engine(lambda _: 409, {"Labels": {}})
    with pytest.raises(ConflictError):
        create(engine, *SUBNETS)
    assert engine.asked == [SUBNETS[0]]
