"""Cases for `ports`."""

from tests.compose.attributes.reading import Attribute, Cases

CASES = (
    Cases(
        of=Attribute("ports"),
        printed=[
            ("['80:80']", [{"mode": "ingress", "target": 80, "published": "80", "protocol": "tcp"}]),
            ("[80]", [{"mode": "ingress", "target": 80, "protocol": "tcp"}]),
            (
                "['127.0.0.1:8080:80/udp']",
                [{"mode": "ingress", "host_ip": "127.0.0.1", "target": 80, "published": "8080", "protocol": "udp"}],
            ),
            (
                "['[::1]:1:2']",
                [{"mode": "ingress", "host_ip": "::1", "target": 2, "published": "1", "protocol": "tcp"}],
            ),
            (
                "['9-11:9-11']",
                [
                    {"mode": "ingress", "target": 10, "published": "10", "protocol": "tcp"},
                    {"mode": "ingress", "target": 11, "published": "11", "protocol": "tcp"},
                    {"mode": "ingress", "target": 9, "published": "9", "protocol": "tcp"},
                ],
            ),
            ("['8000-8010:80']", [{"mode": "ingress", "target": 80, "published": "8000-8010", "protocol": "tcp"}]),
            ("['127.0.0.1::85']", [{"mode": "ingress", "host_ip": "127.0.0.1", "target": 85, "protocol": "tcp"}]),
            (
                (
                    "[{target: 80, published: 8080, protocol: udp, mode: host, name: n, app_protocol: "
                    "http, host_ip: 1.2.3.4}]"
                ),
                [
                    {
                        "name": "n",
                        "mode": "host",
                        "host_ip": "1.2.3.4",
                        "target": 80,
                        "published": "8080",
                        "protocol": "udp",
                        "app_protocol": "http",
                    }
                ],
            ),
            ("[{target: 80}]", [{"mode": "ingress", "target": 80, "protocol": "tcp"}]),
            ("['80:80/TCP']", [{"mode": "ingress", "target": 80, "published": "80", "protocol": "tcp"}]),
        ],
        merged=[
            (
                "['80:80']",
                "['81:80']",
                [
                    {"mode": "ingress", "target": 80, "published": "80", "protocol": "tcp"},
                    {"mode": "ingress", "target": 80, "published": "81", "protocol": "tcp"},
                ],
            ),
            (
                "['80:80']",
                "[{target: 80, published: 80}]",
                [
                    {"mode": "ingress", "target": 80, "published": "80", "protocol": "tcp"},
                    {"mode": "ingress", "target": 80, "published": "80", "protocol": "tcp"},
                ],
            ),
            (
                "['1.1.1.1:80:80']",
                "['2.2.2.2:80:80']",
                [
                    {"mode": "ingress", "host_ip": "1.1.1.1", "target": 80, "published": "80", "protocol": "tcp"},
                    {"mode": "ingress", "host_ip": "2.2.2.2", "target": 80, "published": "80", "protocol": "tcp"},
                ],
            ),
        ],
        refused=[
            ("80", ["1:33 `ports` must be a list, not a whole number"]),
            (
                "['a:b']",
                [
                    (
                        "1:34 `services.a.ports[0]` is not a valid port: container port `b` is not "
                        "a port or port range within 0-65535"
                    )
                ],
            ),
            (
                "['80800:80']",
                [
                    (
                        "1:34 `services.a.ports[0]` is not a valid port: host port `80800` is not "
                        "a port or port range within 0-65535"
                    )
                ],
            ),
            (
                "['1-2:3-5']",
                [
                    (
                        "1:34 `services.a.ports[0]` is not a valid port: "
                        "`1-2:3-5` publishes 3 container ports on 2 host ports"
                    )
                ],
            ),
            ("[{target: x}]", ["1:43 `x` is not a whole number"]),
            (
                "[{targt: 80}]",
                [
                    "1:34 `services.a.ports[0]` is incomplete, expected a port or a mapping with a `target`",
                    "1:35 an item of `ports` has no attribute `targt`",
                ],
            ),
            (
                "['80:80/xyz']",
                [
                    (
                        "1:34 `services.a.ports[0]` is not a valid port: "
                        "`xyz` is not a valid protocol, expected `tcp`, `udp` or `sctp`"
                    )
                ],
            ),
            ("[{target: 80, host_ip: here}]", ["1:56 `here` is not a valid IP address"]),
        ],
    ),
)
