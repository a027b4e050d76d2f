"""Parsing mounts."""

from typing import Any

import pytest

from tests.compose.memory import config, refused, service

VOLUMES = "volumes: {data: {}, v: {}}"
HOST = {"bind": {"create_host_path": True}}
LABELLED = {"selinux": "z", "create_host_path": True}


@pytest.mark.parametrize(
    ("short", "expected"),
    [
        ("data:/x/../y", {"type": "volume", "source": "data", "target": "/y", "volume": {}}),
        ("v:/v", {"type": "volume", "target": "v:/v", "volume": {}}),
        ("/x/", {"type": "volume", "target": "/x", "volume": {}}),
        ("./a", {"type": "volume", "target": "a", "volume": {}}),
        ("./a:/x", {"type": "bind", "source": "/srv/app/a", "target": "/x", **HOST}),
        ("~/a:/x", {"type": "bind", "source": "/home/me/a", "target": "/x", **HOST}),
        ("/abs//a/:/x", {"type": "bind", "source": "/abs//a/", "target": "/x", **HOST}),
        ("./a:/x:ro,z", {"type": "bind", "source": "/srv/app/a", "target": "/x", "read_only": True, "bind": LABELLED}),
        ("data:/x:nocopy,what", {"type": "volume", "source": "data", "target": "/x", "volume": {"nocopy": True}}),
    ],
)
def test_short_form_gives_the_long_form(short: str, expected: dict[str, Any]) -> None:
    assert service(f"volumes: ['{short}']", VOLUMES)["volumes"] == [expected]


@pytest.mark.parametrize(
    ("short", "message"),
    [
        ("/a:/b:ro:rw", "`services.a.volumes[0]` is not a valid mount: `/a:/b:ro:rw` has too many colons"),
        ("/a:", "`services.a.volumes[0]` is not a valid mount: `/a:` has an empty part"),
        ("foo/bar:/x", "service `a` uses volume `foo/bar`, which is not defined"),
    ],
)
def test_invalid_mount_is_reported(short: str, message: str) -> None:
    assert refused(f"services: {{a: {{image: x, volumes: ['{short}']}}}}") == [f"compose.yaml:1:36 {message}"]


def test_long_form_bind_is_relative_to_the_project_and_does_not_create_its_source() -> None:
    found = service("volumes: [{type: bind, source: a, target: /x}]")
    assert found["volumes"] == [{"type": "bind", "source": "/srv/app/a", "target": "/x"}]


def test_later_mount_replaces_an_earlier_one_with_the_same_target() -> None:
    found = service("volumes: ['./a:/x/', './c:/c', './b:/x']")
    assert [mount["source"] for mount in found["volumes"]] == ["/srv/app/b", "/srv/app/c"]


def test_tmpfs_and_volume_with_the_same_target_are_an_error() -> None:
    assert refused("services: {a: {image: x, tmpfs: /x, volumes: ['./a:/x']}}") == [
        "compose.yaml:1:47 `services.a.volumes[0]` and `services.a.tmpfs[0]` are both mounted at `/x`"
    ]


def test_device_of_a_local_bind_volume_is_a_path() -> None:
    top = "volumes: {data: {driver: local, driver_opts: {type: none, o: bind, device: ./d}}}"
    found = config(f"services: {{a: {{image: x, volumes: ['data:/x']}}}}\n{top}")
    assert found["volumes"]["data"]["driver_opts"]["device"] == "/srv/app/d"
