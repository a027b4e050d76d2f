"""`networks` at the top of a file. Source: compose-spec; expectations are those of Docker Compose 2.40."""

from typing import Any

import pytest

from tests.compose.attributes.reading import Resource

NETWORKS = Resource("networks", use="networks: [res]")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("{}", {"name": "p_res", "ipam": {}}),
        ("null", {"name": "p_res", "ipam": {}}),
        (
            ("{driver: overlay, attachable: true, internal: 'true', enable_ipv6: true, enable_ipv4: false}"),
            {
                "name": "p_res",
                "driver": "overlay",
                "ipam": {},
                "internal": True,
                "attachable": True,
                "enable_ipv4": False,
                "enable_ipv6": True,
            },
        ),
        ("{name: own}", {"name": "own", "ipam": {}}),
        ("{external: true}", {"name": "res", "ipam": {}, "external": True}),
        ("{external: true, name: own}", {"name": "own", "ipam": {}, "external": True}),
        (
            "{driver_opts: {a: 1, b: x}, labels: [a=b, c]}",
            {"name": "p_res", "driver_opts": {"a": "1", "b": "x"}, "ipam": {}, "labels": {"a": "b", "c": ""}},
        ),
        (
            (
                "{ipam: {driver: d, config: [{subnet: 10.0.0.0/8, gateway: 10.0.0.1, ip_range: "
                "10.1.0.0/16, aux_addresses: {h: 10.0.0.9}}]}}"
            ),
            {
                "name": "p_res",
                "ipam": {
                    "driver": "d",
                    "config": [
                        {
                            "subnet": "10.0.0.0/8",
                            "gateway": "10.0.0.1",
                            "ip_range": "10.1.0.0/16",
                            "aux_addresses": {"h": "10.0.0.9"},
                        }
                    ],
                },
            },
        ),
    ],
)
def test_resource_is_printed_in_its_canonical_form(written: str, expected: Any) -> None:
    assert NETWORKS.printed(written) == expected


@pytest.mark.parametrize(
    ("base", "over", "expected"),
    [
        (
            "{driver: a, labels: {a: 1}}",
            "{driver: b, labels: [b=2]}",
            {"name": "p_res", "driver": "b", "ipam": {}, "labels": {"a": "1", "b": "2"}},
        ),
        (
            "{ipam: {config: [{subnet: 10.0.0.0/8}]}}",
            "{ipam: {config: [{subnet: 10.0.0.0/8, gateway: 10.0.0.1}, {subnet: 11.0.0.0/8}]}}",
            {
                "name": "p_res",
                "ipam": {"config": [{"subnet": "10.0.0.0/8", "gateway": "10.0.0.1"}, {"subnet": "11.0.0.0/8"}]},
            },
        ),
    ],
)
def test_later_file_is_laid_upon_the_earlier_one(base: str, over: str, expected: Any) -> None:
    assert NETWORKS.merged(base, over) == expected


@pytest.mark.parametrize(
    ("written", "problems"),
    [
        ("x", ["2:17 `res` must be a mapping, not a string"]),
        ("{drivr: a}", ["2:18 `res` has no attribute `drivr`"]),
        ("{attachable: maybe}", ["2:30 `maybe` is not `true` or `false`"]),
        ("{labels: 1}", ["2:26 `labels` must be a list or a mapping, not a whole number"]),
        ("{ipam: {config: {}}}", ["2:33 `config` must be a list, not a mapping"]),
    ],
)
def test_wrong_resource_is_refused_at_its_place(written: str, problems: list[str]) -> None:
    assert NETWORKS.refused(written) == problems
