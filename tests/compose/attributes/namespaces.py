"""Cases for the service attributes about namespaces."""

from tests.compose.attributes.reading import ABSENT, Attribute, Cases

CASES = (
    Cases(
        of=Attribute("cgroup"),
        printed=[
            ("host", "host"),
            ("private", "private"),
        ],
        merged=[
            ("host", "private", "private"),
        ],
        refused=[
            ("shared", ["1:34 `cgroup` must be `host` or `private`, not `shared`"]),
            ("[host]", ["1:34 `cgroup` must be `host` or `private`, not a list"]),
        ],
    ),
    Cases(
        of=Attribute("cgroup_parent"),
        printed=[
            ("m-parent", "m-parent"),
        ],
        merged=[
            ("a", "b", "b"),
        ],
        refused=[
            ("[a]", ["1:41 `cgroup_parent` must be a string, not a list"]),
            ("1", ["1:41 `cgroup_parent` must be a string, not a whole number"]),
        ],
    ),
    Cases(
        of=Attribute("ipc"),
        printed=[
            ("host", "host"),
            ("shareable", "shareable"),
            ("'service:b'", "service:b"),
        ],
        merged=[
            ("host", "private", "private"),
        ],
        refused=[
            ("1", ["1:31 `ipc` must be a string, not a whole number"]),
            ("'service:zz'", ["1:31 service `a` depends on `zz`, which is not defined"]),
        ],
    ),
    Cases(
        of=Attribute("pid"),
        printed=[
            ("host", "host"),
            ("'service:b'", "service:b"),
        ],
        merged=[
            ("host", "'container:x'", "container:x"),
        ],
        refused=[
            ("1", ["1:31 `pid` must be a string, not a whole number"]),
            ("'service:zz'", ["1:31 service `a` depends on `zz`, which is not defined"]),
        ],
    ),
    Cases(
        of=Attribute("userns_mode"),
        printed=[
            ("host", "host"),
        ],
        merged=[
            ("a", "b", "b"),
        ],
        refused=[
            ("1", ["1:39 `userns_mode` must be a string, not a whole number"]),
            ("[a]", ["1:39 `userns_mode` must be a string, not a list"]),
        ],
    ),
    Cases(
        of=Attribute("uts"),
        printed=[
            ("host", "host"),
        ],
        merged=[
            ("a", "b", "b"),
        ],
        refused=[
            ("1", ["1:31 `uts` must be a string, not a whole number"]),
            ("[a]", ["1:31 `uts` must be a string, not a list"]),
        ],
    ),
    Cases(
        of=Attribute("isolation"),
        printed=[
            ("default", "default"),
        ],
        merged=[
            ("a", "b", "b"),
        ],
        refused=[
            ("1", ["1:37 `isolation` must be a string, not a whole number"]),
            ("[a]", ["1:37 `isolation` must be a string, not a list"]),
        ],
    ),
    Cases(
        of=Attribute("runtime"),
        printed=[
            ("runc", "runc"),
        ],
        merged=[
            ("a", "b", "b"),
        ],
        refused=[
            ("1", ["1:35 `runtime` must be a string, not a whole number"]),
            ("[a]", ["1:35 `runtime` must be a string, not a list"]),
        ],
    ),
    Cases(
        of=Attribute("sysctls"),
        printed=[
            ("{a: 1, b: x}", {"a": "1", "b": "x"}),
            ("[a=1, b=2]", {"a": "1", "b": "2"}),
        ],
        merged=[
            ("{a: 1}", "[a=2, b=3]", {"a": "2", "b": "3"}),
        ],
        refused=[
            ("a=1", ["1:35 `sysctls` must be a list or a mapping, not a string"]),
            ("{a: [1]}", ["1:39 `a` must be a string, a number, `true` or `false`, not a list"]),
        ],
    ),
    Cases(
        of=Attribute("devices"),
        printed=[
            ("['/dev/a']", [{"source": "/dev/a", "target": "/dev/a", "permissions": "rwm"}]),
            ("['/dev/a:/dev/b']", [{"source": "/dev/a", "target": "/dev/b", "permissions": "rwm"}]),
            ("['/dev/a:/dev/b:r']", [{"source": "/dev/a", "target": "/dev/b", "permissions": "r"}]),
            (
                "[{source: /dev/a, target: /dev/b, permissions: rw}]",
                [{"source": "/dev/a", "target": "/dev/b", "permissions": "rw"}],
            ),
            (
                "[vendor.com/class=name]",
                [{"source": "vendor.com/class=name", "target": "vendor.com/class=name", "permissions": "rwm"}],
            ),
        ],
        merged=[
            ("['/a:/x']", "['/b:/x']", [{"source": "/b", "target": "/x", "permissions": "rwm"}]),
        ],
        refused=[
            ("/dev/a", ["1:35 `devices` must be a list, not a string"]),
            ("[{target: /x}]", ["1:36 an item of `devices` needs the attribute `source`"]),
            ("['a:b:c:d']", ["1:36 `services.a.devices[0]` is not a valid device: `a:b:c:d` has too many colons"]),
        ],
    ),
    Cases(
        of=Attribute("device_cgroup_rules"),
        printed=[
            ("['c 1:3 mr']", ["c 1:3 mr"]),
        ],
        merged=[
            ("['c 1:3 mr']", "['a 7:* rmw']", ["c 1:3 mr", "a 7:* rmw"]),
        ],
        refused=[
            ("c 1:3 mr", ["1:47 `device_cgroup_rules` must be a list, not a string"]),
            ("[a, a]", ["1:51 `device_cgroup_rules` contains a duplicate item"]),
        ],
    ),
    Cases(
        of=Attribute("gpus"),
        printed=[
            ("all", [{"count": -1}]),
            ("[{driver: d, count: 2}]", [{"driver": "d", "count": 2}]),
            (
                "[{device_ids: ['1'], capabilities: [gpu], options: {a: b}}]",
                [{"capabilities": ["gpu"], "device_ids": ["1"], "options": {"a": "b"}}],
            ),
        ],
        merged=[
            ("[{count: 1}]", "[{count: 2}]", [{"count": 1}, {"count": 2}]),
        ],
        refused=[
            ("some", ["1:32 `gpus` must be `all`, not `some`"]),
            ("[{count: 1, device_ids: ['1']}]", ["1:33 `services.a.gpus[0]` has both `count` and `device_ids`"]),
            ("1", ["1:32 `gpus` must be `all` or a list, not a whole number"]),
        ],
    ),
    Cases(
        of=Attribute("use_api_socket"),
        printed=[
            ("true", True),
        ],
        merged=[
            ("true", "false", ABSENT),
        ],
        refused=[
            ("x", ["1:42 `use_api_socket` must be `true` or `false`, not a string"]),
            ("'true'", ["1:42 `use_api_socket` must be `true` or `false`, not a string"]),
        ],
    ),
)
