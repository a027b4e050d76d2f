"""`networks` of a service. Source: compose-spec, Services; expectations are those of Docker Compose 2.40."""

from typing import Any

import pytest

from tests.compose.attributes.reading import Attribute

NETWORKS = Attribute("networks", top="networks: {n: {}}")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("[n]", {"n": None}),
        (
            "{n: {aliases: [x, y], ipv4_address: 10.0.0.2, priority: 5}}",
            {"n": {"aliases": ["x", "y"], "ipv4_address": "10.0.0.2", "priority": 5}},
        ),
        (
            (
                "{n: {ipv6_address: '::2', link_local_ips: [169.254.1.1], mac_address: "
                "'02:42:ac:11:00:02', gw_priority: 1, interface_name: eth7, driver_opts: {a: 1}}}"
            ),
            {
                "n": {
                    "driver_opts": {"a": "1"},
                    "gw_priority": 1,
                    "interface_name": "eth7",
                    "ipv6_address": "::2",
                    "link_local_ips": ["169.254.1.1"],
                    "mac_address": "02:42:ac:11:00:02",
                }
            },
        ),
        ("{}", {"default": None}),
        ("{n: null, default: null}", {"default": None, "n": None}),
    ],
)
def test_value_is_printed_in_its_canonical_form(written: str, expected: Any) -> None:
    assert NETWORKS.printed(written) == expected


@pytest.mark.parametrize(
    ("base", "over", "expected"),
    [
        ("[n]", "{n: {aliases: [q]}}", {"n": {"aliases": ["q"]}}),
        ("{n: {aliases: [a]}}", "{n: {aliases: [b]}}", {"n": {"aliases": ["a", "b"]}}),
        ("[n]", "[default]", {"default": None, "n": None}),
    ],
)
def test_later_file_is_laid_upon_the_earlier_one(base: str, over: str, expected: Any) -> None:
    assert NETWORKS.merged(base, over) == expected


@pytest.mark.parametrize(
    ("written", "problems"),
    [
        ("n", ["1:36 `networks` must be a list or a mapping, not a string"]),
        ("[zz]", ["1:37 service `a` uses network `zz`, which is not defined"]),
        ("[n, n]", ["1:40 `networks` lists one thing twice"]),
        ("{n: {alias: x}}", ["1:41 `n` has no attribute `alias`"]),
        ("{n: {priority: x}}", ["1:51 `priority` must be a number, not a string"]),
    ],
)
def test_wrong_value_is_refused_at_its_place(written: str, problems: list[str]) -> None:
    assert NETWORKS.refused(written) == problems
