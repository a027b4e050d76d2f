"""Whether wtc chooses the subnets of a stack's networks."""

import platform
import sys
from typing import TYPE_CHECKING, Any, cast

import pytest

from wtc.model.observed import Observed, ObservedNetwork, SubnetPool
from wtc.orchestrator.session import subnet_pool
from wtc.orchestrator.session.subnet_pool import read_subnet_pool, shares_routes
from wtc.settings.settings import SUBNET_POOL, Settings, SettingValue, Source

if TYPE_CHECKING:
    from wtc.engine.client.connection import Engine

ROUTES = ("0.0.0.0/0", "172.17.0.0/16")
HERE = {"OSType": sys.platform, "KernelVersion": platform.release()}
DEFAULT = SettingValue(value=SUBNET_POOL.default)
CHOSEN = SettingValue(value=("10.7.0.0/16",), source=Source.ENVIRONMENT)
BRIDGE = Observed(networks={"bridge": ObservedNetwork(id="b", name="bridge", subnets=("172.17.0.0/16",))})
LOCAL = "unix:///var/run/docker.sock"


class _Engine:
    def __init__(self, address: str, info: dict[str, Any]) -> None:
        self.address, self._info = address, info

    def info(self) -> dict[str, Any]:
        return self._info


@pytest.mark.parametrize(
    ("address", "info", "setting", "expected"),
    [
        (LOCAL, HERE, DEFAULT, SubnetPool(ranges=SUBNET_POOL.default, routes=ROUTES)),
        (LOCAL, HERE, CHOSEN, SubnetPool(ranges=("10.7.0.0/16",), routes=ROUTES)),
        (LOCAL, {**HERE, "KernelVersion": "0-linuxkit"}, DEFAULT, None),
        (LOCAL, {**HERE, "KernelVersion": "0-linuxkit"}, CHOSEN, SubnetPool(ranges=("10.7.0.0/16",))),
        ("ssh://box", HERE, DEFAULT, None),
        ("tcp://127.0.0.1:2375", HERE, DEFAULT, None),
        ("ssh://box", HERE, CHOSEN, SubnetPool(ranges=("10.7.0.0/16",))),
        (LOCAL, {**HERE, "DefaultAddressPools": [{"Base": "10.9.0.0/16", "Size": 24}]}, DEFAULT, None),
        (LOCAL, {**HERE, "DefaultAddressPools": [{"Base": "10.9.0.0/16", "Size": 24}]}, CHOSEN, None),
    ],
)
def test_pool_follows_from_the_engine_and_the_settings(
    monkeypatch: pytest.MonkeyPatch,
    address: str,
    info: dict[str, Any],
    setting: SettingValue[object],
    expected: SubnetPool | None,
) -> None:
    monkeypatch.setattr(subnet_pool, "read_host_routes", lambda: ROUTES)
    settings = Settings(chosen={SUBNET_POOL.key: setting})
    assert read_subnet_pool(cast("Engine", _Engine(address, info)), settings, BRIDGE) == expected


@pytest.mark.parametrize(
    ("subnets", "expected"),
    [(["172.17.0.0/16"], True), (["172.17.0.0/16", "fd00::/64"], True), (["172.18.0.0/16"], False), ([], True)],
)
def test_engine_in_another_network_namespace_is_recognized(subnets: list[str], *, expected: bool) -> None:
    assert shares_routes(subnets, ROUTES) is expected
