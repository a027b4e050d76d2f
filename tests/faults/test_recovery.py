"""What changes on the engine while a command plans and executes."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from tests.e2e.harness import SHOP, Workshop, one_service
from tests.e2e.proxy import Exchange, Proxy, pass_exchange
from tests.faults.kinds import FAULTS

pytestmark = pytest.mark.engine


class Once:
    """Calls `act` in place of passing on the first request that has this method and part of a path."""

    def __init__(self, method: str, part: str, act: Callable[[Exchange], None]) -> None:
        self._method, self._part, self._act = method, part, act
        self._lock = threading.Lock()
        self.request = ""

    def __call__(self, exchange: Exchange) -> None:
        with self._lock:
            is_first = not self.request and exchange.method == self._method and self._part in exchange.target
            if is_first:
                self.request = exchange.request
        (self._act if is_first else pass_exchange)(exchange)


def test_up_tries_again_if_something_was_removed_meanwhile(workshop: Workshop, witness: Callable[..., Proxy]) -> None:
    workshop.commit({"compose.yaml": one_service()})
    missing = Once("POST", "/containers/create", lambda exchange: FAULTS["404"].inject(exchange, lambda: None))
    workshop.wtc("up", env={"DOCKER_HOST": witness(handle=missing).address})
    assert missing.request
    assert workshop.up().answer["changed"] is False


def test_name_that_the_engine_has_reserved_for_a_killed_command_is_waited_for(
    workshop: Workshop, witness: Callable[..., Proxy]
) -> None:
    workshop.commit({"compose.yaml": one_service()})
    reserved = Once("POST", "/containers/create", lambda exchange: FAULTS["409"].inject(exchange, lambda: None))
    workshop.wtc("up", env={"DOCKER_HOST": witness(handle=reserved).address})
    assert reserved.request
    assert workshop.up().answer["changed"] is False


def test_clean_removes_a_container_that_the_engine_created_meanwhile(
    workshop: Workshop, witness: Callable[..., Proxy], client: Any
) -> None:
    workshop.commit({"compose.yaml": SHOP})
    stack = workshop.up()
    found = client.api.inspect_container(stack.container("db").id)

    def create_again(exchange: Exchange) -> None:
        client.api.create_container(
            "busybox:1.36",
            name=f"{stack.namespace}_db",
            labels=found["Config"]["Labels"],
            host_config=client.api.create_host_config(binds=[f"{stack.namespace}_rows:/data"]),
        )
        pass_exchange(exchange)

    meanwhile = Once("DELETE", "/volumes/", create_again)
    workshop.wtc("clean", "-y", "-t", "0", env={"DOCKER_HOST": witness(handle=meanwhile).address})
    assert meanwhile.request
    assert workshop.leftovers() == []


def test_removal_that_the_engine_refuses_is_not_waited_for(workshop: Workshop, witness: Callable[..., Proxy]) -> None:
    workshop.commit({"compose.yaml": one_service()})
    workshop.wtc("up")
    refused = Once("DELETE", "/containers/", lambda exchange: FAULTS["409"].inject(exchange, lambda: None))
    ended = workshop.wtc(
        "down", "-t", "0", env={"DOCKER_HOST": witness(handle=refused).address, "WTC_ENGINE_TIMEOUT": "60"}, status=1
    )
    assert "injected status 409" in ended.err


def test_stop_may_take_its_grace_period_in_addition_to_the_deadline(workshop: Workshop) -> None:
    deaf = one_service(command="[sh, -c, \"trap '' TERM; sleep 1000\"]").replace(
        "stop_grace_period: 0s", "stop_grace_period: 4s"
    )
    workshop.commit({"compose.yaml": deaf})
    workshop.wtc("up")
    workshop.wtc("stop", env={"WTC_ENGINE_TIMEOUT": "1.5"})
