"""Cases for top-level resources."""

from tests.compose.attributes.reading import Cases, Resource

CASES = (
    Cases(
        of=Resource("configs", use="configs: [res]"),
        printed=[
            ("{file: ./f}", {"name": "p_res", "file": "./f"}),
            ("{content: 'a: ${HOME} $$x'}", {"name": "p_res", "content": "a: /home/me $$x"}),
            ("{environment: E}", {"name": "p_res", "environment": "E"}),
            ("{external: true, name: own}", {"name": "own", "external": True}),
            (
                "{content: '', name: n, labels: {a: b}, template_driver: t}",
                {"name": "n", "labels": {"a": "b"}, "template_driver": "t"},
            ),
        ],
        merged=[
            ("{file: a}", "{file: b}", {"name": "p_res", "file": "./b"}),
        ],
        refused=[
            ("{}", ["2:16 `configs.res` has no content, expected one of `file`, `environment`, `content`"]),
            ("{file: a, content: b}", ["2:26 `configs.res` has more than one of `file`, `environment`, `content`"]),
            ("x", ["2:16 `res` must be a mapping, not a string"]),
            ("{contnt: a}", ["2:17 `res` has no attribute `contnt`"]),
        ],
    ),
    Cases(
        of=Resource("networks", use="networks: [res]"),
        printed=[
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
        merged=[
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
        refused=[
            ("x", ["2:17 `res` must be a mapping, not a string"]),
            ("{drivr: a}", ["2:18 `res` has no attribute `drivr`"]),
            ("{attachable: maybe}", ["2:30 `maybe` is not `true` or `false`"]),
            ("{labels: 1}", ["2:26 `labels` must be a list or a mapping, not a whole number"]),
            ("{ipam: {config: {}}}", ["2:33 `config` must be a list, not a mapping"]),
        ],
    ),
    Cases(
        of=Resource("secrets", use="secrets: [res]"),
        printed=[
            ("{file: ./f}", {"name": "p_res", "file": "./f"}),
            ("{file: ~/f}", {"name": "p_res", "file": "/home/me/f"}),
            ("{environment: E}", {"name": "p_res", "environment": "E"}),
            ("{external: true}", {"name": "res", "external": True}),
            ("{external: true, name: own}", {"name": "own", "external": True}),
            (
                "{file: f, labels: [a=b], driver: d, driver_opts: {a: 1}, template_driver: t}",
                {
                    "name": "p_res",
                    "file": "./f",
                    "labels": {"a": "b"},
                    "driver": "d",
                    "driver_opts": {"a": "1"},
                    "template_driver": "t",
                },
            ),
        ],
        merged=[
            ("{file: a}", "{file: b}", {"name": "p_res", "file": "./b"}),
        ],
        refused=[
            ("{}", ["2:16 `secrets.res` has no content, expected one of `file`, `environment`"]),
            ("{file: a, environment: B}", ["2:26 `secrets.res` has more than one of `file`, `environment`"]),
            ("x", ["2:16 `res` must be a mapping, not a string"]),
            ("{fil: a}", ["2:17 `res` has no attribute `fil`"]),
        ],
    ),
    Cases(
        of=Resource("volumes", use="volumes: ['res:/r']"),
        printed=[
            ("{}", {"name": "p_res"}),
            ("null", {"name": "p_res"}),
            (
                "{driver: local, driver_opts: {type: none, o: bind, device: ./d}}",
                {"name": "p_res", "driver": "local", "driver_opts": {"device": "./d", "o": "bind", "type": "none"}},
            ),
            ("{driver_opts: {size: 1}}", {"name": "p_res", "driver_opts": {"size": "1"}}),
            ("{name: own, labels: {a: 1}}", {"name": "own", "labels": {"a": "1"}}),
            ("{external: true}", {"name": "res", "external": True}),
            ("{external: true, name: own}", {"name": "own", "external": True}),
        ],
        merged=[
            (
                "{labels: {a: 1}}",
                "{labels: [b=2], driver: d}",
                {"name": "p_res", "driver": "d", "labels": {"a": "1", "b": "2"}},
            ),
            ("null", "{name: n}", {"name": "n"}),
        ],
        refused=[
            ("x", ["2:16 `res` must be a mapping, not a string"]),
            ("{drivr: a}", ["2:17 `res` has no attribute `drivr`"]),
            (
                "{external: true, driver: d}",
                [("2:33 `volumes.res` is external, so `driver` is not allowed")],
            ),
            ("{driver_opts: [a]}", ["2:30 `driver_opts` must be a mapping, not a list"]),
        ],
    ),
)
