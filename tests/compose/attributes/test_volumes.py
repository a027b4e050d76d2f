"""`volumes` of a service. Source: compose-spec, Services; expectations are those of Docker Compose 2.40."""

from typing import Any

import pytest

from tests.compose.attributes.reading import Attribute

VOLUMES = Attribute("volumes", top="volumes: {vol: {}}")

NOTHING: dict[str, Any] = {}


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("['vol:/v']", [{"type": "volume", "source": "vol", "target": "/v", "volume": NOTHING}]),
        ("['./src:/src']", [{"type": "bind", "source": "./src", "target": "/src", "bind": {"create_host_path": True}}]),
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
        ("['/anon']", [{"type": "volume", "target": "/anon", "volume": NOTHING}]),
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
        ("['x:/v']", [{"type": "volume", "target": "x:/v", "volume": NOTHING}]),
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
        ("['C:\\win:/w']", [{"type": "bind", "source": "C:\\win", "target": "/w", "bind": {"create_host_path": True}}]),
    ],
)
def test_value_is_printed_in_its_canonical_form(written: str, expected: Any) -> None:
    assert VOLUMES.printed(written) == expected


@pytest.mark.parametrize(
    ("base", "over", "expected"),
    [
        (
            "['vol:/v']",
            "['./x:/v']",
            [{"type": "bind", "source": "./x", "target": "/v", "bind": {"create_host_path": True}}],
        ),
        (
            "['vol:/v']",
            "['vol:/w']",
            [
                {"type": "volume", "source": "vol", "target": "/v", "volume": NOTHING},
                {"type": "volume", "source": "vol", "target": "/w", "volume": NOTHING},
            ],
        ),
        (
            "['vol:/v/']",
            "['vol:/v:ro']",
            [{"type": "volume", "source": "vol", "target": "/v", "read_only": True, "volume": NOTHING}],
        ),
    ],
)
def test_later_file_is_laid_upon_the_earlier_one(base: str, over: str, expected: Any) -> None:
    assert VOLUMES.merged(base, over) == expected


@pytest.mark.parametrize(
    ("written", "problems"),
    [
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
)
def test_wrong_value_is_refused_at_its_place(written: str, problems: list[str]) -> None:
    assert VOLUMES.refused(written) == problems
