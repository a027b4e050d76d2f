"""`deploy` of a service. Source: compose-spec, Services; expectations are those of Docker Compose 2.40."""

from typing import Any

import pytest

from tests.compose.attributes.reading import ABSENT, Attribute

DEPLOY = Attribute("deploy")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("{replicas: 2}", {"replicas": 2, "resources": {}, "placement": {}}),
        ("{mode: global}", {"mode": "global", "resources": {}, "placement": {}}),
        (
            ("{resources: {limits: {cpus: '0.50', memory: 512M, pids: 10}, reservations: {cpus: 0.25, memory: 1g}}}"),
            {
                "resources": {
                    "limits": {"cpus": 0.5, "memory": "536870912", "pids": 10},
                    "reservations": {"cpus": 0.25, "memory": "1073741824"},
                },
                "placement": {},
            },
        ),
        (
            "{resources: {reservations: {devices: [{capabilities: [gpu], count: all}]}}}",
            {"resources": {"reservations": {"devices": [{"capabilities": ["gpu"], "count": -1}]}}, "placement": {}},
        ),
        (
            (
                "{resources: {reservations: {devices: [{capabilities: [gpu], device_ids: ['0']}], "
                "generic_resources: [{discrete_resource_spec: {kind: ssd, value: 1}}]}}}"
            ),
            {
                "resources": {
                    "reservations": {
                        "devices": [{"capabilities": ["gpu"], "device_ids": ["0"]}],
                        "generic_resources": [{"discrete_resource_spec": {"kind": "ssd", "value": 1}}],
                    }
                },
                "placement": {},
            },
        ),
        (
            "{restart_policy: {condition: on-failure, delay: 5s, max_attempts: 3, window: 2m}}",
            {
                "resources": {},
                "restart_policy": {"condition": "on-failure", "delay": "5s", "max_attempts": 3, "window": "2m0s"},
                "placement": {},
            },
        ),
        (
            ("{placement: {constraints: [a == b], preferences: [{spread: x}], max_replicas_per_node: 2}}"),
            {
                "resources": {},
                "placement": {"constraints": ["a == b"], "preferences": [{"spread": "x"}], "max_replicas_per_node": 2},
            },
        ),
        (
            (
                "{update_config: {parallelism: 2, delay: 10s, order: start-first, max_failure_ratio: "
                "0.3}, rollback_config: {failure_action: pause}}"
            ),
            {
                "update_config": {"parallelism": 2, "delay": "10s", "max_failure_ratio": 0.3, "order": "start-first"},
                "rollback_config": {"failure_action": "pause"},
                "resources": {},
                "placement": {},
            },
        ),
        (
            "{labels: [a=b], endpoint_mode: vip}",
            {"labels": {"a": "b"}, "resources": {}, "placement": {}, "endpoint_mode": "vip"},
        ),
        ("null", ABSENT),
    ],
)
def test_value_is_printed_in_its_canonical_form(written: str, expected: Any) -> None:
    assert DEPLOY.printed(written) == expected


@pytest.mark.parametrize(
    ("base", "over", "expected"),
    [
        (
            "{replicas: 1, labels: {a: 1}}",
            "{replicas: 3, labels: [b=2]}",
            {"replicas": 3, "labels": {"a": "1", "b": "2"}, "resources": {}, "placement": {}},
        ),
        (
            "{resources: {limits: {cpus: 1, memory: 1g}}}",
            "{resources: {limits: {memory: 2g}}}",
            {"resources": {"limits": {"cpus": 1, "memory": "2147483648"}}, "placement": {}},
        ),
    ],
)
def test_later_file_is_laid_upon_the_earlier_one(base: str, over: str, expected: Any) -> None:
    assert DEPLOY.merged(base, over) == expected


@pytest.mark.parametrize(
    ("written", "problems"),
    [
        ("{replica: 1}", ["1:35 `deploy` has no attribute `replica`"]),
        ("[]", ["1:34 `deploy` must be a mapping, not a list"]),
        ("{replicas: x}", ["1:45 `x` is not a whole number"]),
        ("{update_config: {order: x}}", ["1:58 `order` must be `start-first` or `stop-first`, not `x`"]),
        (
            "{resources: {limits: {memory: much}}}",
            [("1:64 `services.a.deploy.resources.limits.memory` is `much`, expected a size such as `512m`")],
        ),
    ],
)
def test_wrong_value_is_refused_at_its_place(written: str, problems: list[str]) -> None:
    assert DEPLOY.refused(written) == problems
