"""Cases for the service attributes about deployment."""

from tests.compose.attributes.reading import ABSENT, Attribute, Cases

CASES = (
    Cases(
        of=Attribute("deploy"),
        printed=[
            ("{replicas: 2}", {"replicas": 2, "resources": {}, "placement": {}}),
            ("{mode: global}", {"mode": "global", "resources": {}, "placement": {}}),
            (
                (
                    "{resources: {limits: {cpus: '0.50', memory: 512M, pids: 10}, "
                    "reservations: {cpus: 0.25, memory: 1g}}}"
                ),
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
                    "placement": {
                        "constraints": ["a == b"],
                        "preferences": [{"spread": "x"}],
                        "max_replicas_per_node": 2,
                    },
                },
            ),
            (
                (
                    "{update_config: {parallelism: 2, delay: 10s, order: start-first, max_failure_ratio: "
                    "0.3}, rollback_config: {failure_action: pause}}"
                ),
                {
                    "update_config": {
                        "parallelism": 2,
                        "delay": "10s",
                        "max_failure_ratio": 0.3,
                        "order": "start-first",
                    },
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
        merged=[
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
        refused=[
            ("{replica: 1}", ["1:35 `deploy` has no attribute `replica`"]),
            ("[]", ["1:34 `deploy` must be a mapping, not a list"]),
            ("{replicas: x}", ["1:45 `x` is not a whole number"]),
            ("{update_config: {order: x}}", ["1:58 `order` must be `start-first` or `stop-first`, not `x`"]),
            (
                "{resources: {limits: {memory: much}}}",
                [("1:64 `services.a.deploy.resources.limits.memory` is `much`, expected a size such as `512m`")],
            ),
        ],
    ),
    Cases(
        of=Attribute("scale"),
        printed=[
            ("2", 2),
            ("'3'", 3),
            ("0", 0),
        ],
        merged=[
            ("1", "2", 2),
        ],
        refused=[
            ("x", ["1:33 `x` is not a whole number"]),
            ("[1]", ["1:33 `scale` must be a string or a whole number, not a list"]),
        ],
    ),
    Cases(
        of=Attribute("depends_on"),
        printed=[
            ("[b]", {"b": {"condition": "service_started", "required": True}}),
            ("{b: {condition: service_healthy}}", {"b": {"condition": "service_healthy", "required": True}}),
            (
                "{b: {condition: service_started, restart: true, required: false}}",
                {"b": {"condition": "service_started", "restart": True, "required": False}},
            ),
        ],
        merged=[
            ("[b]", "{b: {condition: service_healthy}}", {"b": {"condition": "service_healthy", "required": True}}),
            ("{b: {condition: service_healthy}}", "[b]", {"b": {"condition": "service_started", "required": True}}),
        ],
        refused=[
            ("b", ["1:38 `depends_on` must be a list or a mapping, not a string"]),
            ("[b, b]", ["1:42 `depends_on` contains a duplicate item"]),
            ("[zz]", ["1:39 service `a` depends on `zz`, which is not defined"]),
            (
                "{b: {condition: ready}}",
                [
                    (
                        "1:54 `condition` must be `service_started`, `service_healthy` or "
                        "`service_completed_successfully`, not `ready`"
                    )
                ],
            ),
            ("{b: {}}", ["1:42 `b` needs the attribute `condition`"]),
            ("{b: null}", ["1:42 `b` must be a mapping, not empty"]),
        ],
    ),
    Cases(
        of=Attribute("profiles"),
        printed=[
            ("[]", ABSENT),
        ],
        refused=[
            ("x", ["1:36 `profiles` must be a list, not a string"]),
            (
                "[1]",
                [
                    "1:37 `services.a.profiles[0]` is a number, expected a string",
                    "1:37 an item of `profiles` must be a string, not a whole number",
                ],
            ),
        ],
    ),
    Cases(
        of=Attribute("provider"),
        printed=[
            ("{type: t}", {"type": "t"}),
            ("{type: t, options: {a: b, c: [d, e]}}", {"type": "t", "options": {"a": ["b"], "c": ["d", "e"]}}),
        ],
        merged=[
            ("{type: t}", "{type: u}", {"type": "u"}),
        ],
        refused=[
            ("t", ["1:36 `provider` must be a mapping, not a string"]),
            ("{options: {}}", ["1:36 `provider` needs the attribute `type`"]),
            ("{typ: t}", ["1:37 `provider` has no attribute `typ`", "1:36 `provider` needs the attribute `type`"]),
        ],
    ),
    Cases(
        of=Attribute("models", top="models: {m: {model: ai/m}}"),
        printed=[
            ("[m]", {"m": None}),
            ("{m: {endpoint_var: U, model_var: N}}", {"m": {"endpoint_var": "U", "model_var": "N"}}),
            ("{m: null}", {"m": None}),
        ],
        merged=[
            ("[m]", "{m: {model_var: N}}", {"m": {"model_var": "N"}}),
        ],
        refused=[
            ("m", ["1:34 `models` must be a list or a mapping, not a string"]),
            ("[zz]", ["1:35 service `a` uses model `zz`, which is not defined"]),
            ("{m: {x: y}}", ["1:39 `m` has no attribute `x`"]),
        ],
    ),
)
