"""Cases for the service attributes about volumes."""

from tests.compose.attributes.reading import Attribute, Cases

CASES = (
    Cases(
        of=Attribute("volumes", top="volumes: {vol: {}}"),
        printed=[
            ("['vol:/v']", [{"type": "volume", "source": "vol", "target": "/v", "volume": {}}]),
            (
                "['./src:/src']",
                [{"type": "bind", "source": "./src", "target": "/src", "bind": {"create_host_path": True}}],
            ),
            (
                "['~/k:/k:ro']",
                [
                    {
                        "type": "bind",
                        "source": "/home/me/k",
                        "target": "/k",
                        "read_only": True,
                        "bind": {"create_host_path": True},
                    }
                ],
            ),
            ("['/anon']", [{"type": "volume", "target": "/anon", "volume": {}}]),
            ("['vol:/v:nocopy']", [{"type": "volume", "source": "vol", "target": "/v", "volume": {"nocopy": True}}]),
            (
                "['/a:/b:rshared,z']",
                [
                    {
                        "type": "bind",
                        "source": "/a",
                        "target": "/b",
                        "bind": {"selinux": "z", "propagation": "rshared", "create_host_path": True},
                    }
                ],
            ),
            ("['x:/v']", [{"type": "volume", "target": "x:/v", "volume": {}}]),
            (
                ("[{type: bind, source: ../up, target: /u, bind: {propagation: rslave, create_host_path: false}}]"),
                [{"type": "bind", "source": "/srv/up", "target": "/u", "bind": {"propagation": "rslave"}}],
            ),
            (
                "[{type: volume, source: vol, target: /v, volume: {subpath: s, nocopy: true}}]",
                [{"type": "volume", "source": "vol", "target": "/v", "volume": {"nocopy": True, "subpath": "s"}}],
            ),
            (
                "[{type: tmpfs, target: /t, tmpfs: {size: 1m, mode: 0755}}]",
                [{"type": "tmpfs", "target": "/t", "tmpfs": {"size": "1048576", "mode": 493}}],
            ),
            (
                "[{type: image, source: i, target: /i, read_only: true}]",
                [{"type": "image", "source": "i", "target": "/i", "read_only": True}],
            ),
            (
                "['C:\\win:/w']",
                [{"type": "bind", "source": "C:\\win", "target": "/w", "bind": {"create_host_path": True}}],
            ),
        ],
        merged=[
            (
                "['vol:/v']",
                "['./x:/v']",
                [{"type": "bind", "source": "./x", "target": "/v", "bind": {"create_host_path": True}}],
            ),
            (
                "['vol:/v']",
                "['vol:/w']",
                [
                    {"type": "volume", "source": "vol", "target": "/v", "volume": {}},
                    {"type": "volume", "source": "vol", "target": "/w", "volume": {}},
                ],
            ),
            (
                "['vol:/v/']",
                "['vol:/v:ro']",
                [{"type": "volume", "source": "vol", "target": "/v", "read_only": True, "volume": {}}],
            ),
        ],
        refused=[
            ("vol:/v", ["1:35 `volumes` must be a list, not a string"]),
            ("['zz:/v']", ["1:36 service `a` uses volume `zz`, which is not defined"]),
            ("[{type: bind, target: /x}]", ["1:36 `services.a.volumes[0]` is a bind mount with no `source`"]),
            (
                "[{source: a}]",
                [
                    ("1:36 `services.a.volumes[0]` is incomplete, expected a mount or a mapping with a `target`"),
                    "1:36 an item of `volumes` needs the attribute `type`",
                ],
            ),
            (
                "[{type: disk, target: /x}]",
                ["1:43 `type` must be `bind`, `volume`, `tmpfs`, `cluster`, `npipe` or `image`, not `disk`"],
            ),
        ],
    ),
    Cases(
        of=Attribute("volumes_from"),
        printed=[
            ("[b]", ["b"]),
            ("['b:ro', 'container:x:rw']", ["b:ro", "container:x:rw"]),
        ],
        merged=[
            ("[b]", "['b:ro']", ["b", "b:ro"]),
        ],
        refused=[
            ("b", ["1:40 `volumes_from` must be a list, not a string"]),
            ("[zz]", ["1:41 service `a` depends on `zz`, which is not defined"]),
            ("[b, b]", ["1:44 `volumes_from` contains a duplicate item"]),
        ],
    ),
    Cases(
        of=Attribute("tmpfs"),
        printed=[
            ("/run", ["/run"]),
            ("['/run', '/tmp:size=64m']", ["/run", "/tmp:size=64m"]),
        ],
        merged=[
            ("/run", "[/run, /tmp]", ["/run", "/tmp"]),
        ],
        refused=[
            ("1", ["1:33 `tmpfs` must be a string or a list, not a whole number"]),
            ("{}", ["1:33 `tmpfs` must be a string or a list, not a mapping"]),
        ],
    ),
    Cases(
        of=Attribute("storage_opt"),
        printed=[
            ("{size: 1G}", {"size": "1G"}),
        ],
        merged=[
            ("{size: 1G}", "{size: 2G}", {"size": "2G"}),
        ],
        refused=[
            ("x", ["1:39 `storage_opt` must be a mapping, not a string"]),
            ("[a=b]", ["1:39 `storage_opt` must be a mapping, not a list"]),
        ],
    ),
)
