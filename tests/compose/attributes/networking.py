"""Cases for the service attributes about networking."""

from tests.compose.attributes.reading import Attribute, Cases

CASES = (
    Cases(
        of=Attribute("dns"),
        printed=[
            ("9.9.9.9", ["9.9.9.9"]),
            ("[1.1.1.1, 9.9.9.9]", ["1.1.1.1", "9.9.9.9"]),
        ],
        merged=[
            ("1.1.1.1", "[9.9.9.9]", ["1.1.1.1", "9.9.9.9"]),
        ],
        refused=[
            ("1", ["1:31 `dns` must be a string or a list, not a whole number"]),
            ("{a: b}", ["1:31 `dns` must be a string or a list, not a mapping"]),
        ],
    ),
    Cases(
        of=Attribute("dns_opt"),
        printed=[
            ("[use-vc]", ["use-vc"]),
        ],
        merged=[
            ("[a]", "[b]", ["a", "b"]),
        ],
        refused=[
            ("use-vc", ["1:35 `dns_opt` must be a list, not a string"]),
            (
                "[1]",
                [
                    "1:36 `services.a.dns_opt[0]` is a number, expected a string",
                    "1:36 an item of `dns_opt` must be a string, not a whole number",
                ],
            ),
        ],
    ),
    Cases(
        of=Attribute("dns_search"),
        printed=[
            ("example.org", ["example.org"]),
            ("[a.org, b.org]", ["a.org", "b.org"]),
        ],
        merged=[
            ("a", "[b, a]", ["a", "b"]),
        ],
        refused=[
            ("1", ["1:38 `dns_search` must be a string or a list, not a whole number"]),
            ("{}", ["1:38 `dns_search` must be a string or a list, not a mapping"]),
        ],
    ),
    Cases(
        of=Attribute("domainname"),
        printed=[
            ("example.org", "example.org"),
        ],
        merged=[
            ("a", "b", "b"),
        ],
        refused=[
            ("[a]", ["1:38 `domainname` must be a string, not a list"]),
            ("1", ["1:38 `domainname` must be a string, not a whole number"]),
        ],
    ),
    Cases(
        of=Attribute("hostname"),
        printed=[
            ("web", "web"),
        ],
        merged=[
            ("a", "b", "b"),
        ],
        refused=[
            ("[a]", ["1:36 `hostname` must be a string, not a list"]),
            ("1", ["1:36 `hostname` must be a string, not a whole number"]),
        ],
    ),
    Cases(
        of=Attribute("expose"),
        printed=[
            ("[80, '81/udp', 82-84]", ["80", "81/udp", "82-84"]),
        ],
        merged=[
            ("[80]", "['80', 81]", ["80", "81"]),
        ],
        refused=[
            ("80", ["1:34 `expose` must be a list, not a whole number"]),
            ("{}", ["1:34 `expose` must be a list, not a mapping"]),
        ],
    ),
    Cases(
        of=Attribute("external_links"),
        printed=[
            ("[x, 'y:z']", ["x", "y:z"]),
        ],
        merged=[
            ("[x]", "[y]", ["x", "y"]),
        ],
        refused=[
            ("x", ["1:42 `external_links` must be a list, not a string"]),
            ("[x, x]", ["1:46 `external_links` contains a duplicate item"]),
        ],
    ),
    Cases(
        of=Attribute("extra_hosts"),
        printed=[
            ("{h: 1.2.3.4}", ["h=1.2.3.4"]),
            ("['h:1.2.3.4', 'g=::1', 'i:[::2]']", ["g=::1", "h=1.2.3.4", "i=::2"]),
            ("{h: [1.1.1.1, 2.2.2.2]}", ["h=1.1.1.1", "h=2.2.2.2"]),
        ],
        merged=[
            ("['h:1.1.1.1']", "['h:1.1.1.1', 'h:2.2.2.2']", ["h=1.1.1.1", "h=2.2.2.2"]),
        ],
        refused=[
            ("h:1.1.1.1", ["1:39 `extra_hosts` must be a list or a mapping, not a string"]),
            ("[h]", ["1:40 `services.a.extra_hosts` has `h`, expected `HOST=ADDRESS`"]),
            ("1", ["1:39 `extra_hosts` must be a list or a mapping, not a whole number"]),
        ],
    ),
    Cases(
        of=Attribute("links"),
        printed=[
            ("[b]", ["b"]),
            ("['b:alias']", ["b:alias"]),
        ],
        merged=[
            ("[b]", "['b:c']", ["b", "b:c"]),
        ],
        refused=[
            ("b", ["1:33 `links` must be a list, not a string"]),
            ("[zz]", ["1:34 service `a` depends on `zz`, which is not defined"]),
        ],
    ),
    Cases(
        of=Attribute("mac_address"),
        printed=[
            ("02:42:ac:11:00:02", "02:42:ac:11:00:02"),
        ],
        merged=[
            ("a", "b", "b"),
        ],
        refused=[
            ("1", ["1:39 `mac_address` must be a string, not a whole number"]),
            ("[a]", ["1:39 `mac_address` must be a string, not a list"]),
        ],
    ),
    Cases(
        of=Attribute("network_mode"),
        printed=[
            ("host", "host"),
            ("none", "none"),
            ("bridge", "bridge"),
            ("'service:b'", "service:b"),
            ("'container:x'", "container:x"),
        ],
        merged=[
            ("host", "none", "none"),
        ],
        refused=[
            ("1", ["1:40 `network_mode` must be a string, not a whole number"]),
            ("'service:zz'", ["1:40 service `a` depends on `zz`, which is not defined"]),
            ("[host]", ["1:40 `network_mode` must be a string, not a list"]),
        ],
    ),
    Cases(
        of=Attribute("networks", top="networks: {n: {}}"),
        printed=[
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
        merged=[
            ("[n]", "{n: {aliases: [q]}}", {"n": {"aliases": ["q"]}}),
            ("{n: {aliases: [a]}}", "{n: {aliases: [b]}}", {"n": {"aliases": ["a", "b"]}}),
            ("[n]", "[default]", {"default": None, "n": None}),
        ],
        refused=[
            ("n", ["1:36 `networks` must be a list or a mapping, not a string"]),
            ("[zz]", ["1:37 service `a` uses network `zz`, which is not defined"]),
            ("[n, n]", ["1:40 `networks` contains a duplicate item"]),
            ("{n: {alias: x}}", ["1:41 `n` has no attribute `alias`"]),
            ("{n: {priority: x}}", ["1:51 `priority` must be a number, not a string"]),
        ],
    ),
)
