"""A build's options as parameters of `/build`."""

import json
from pathlib import Path
from typing import Any

import pytest

from wtc.engine.client.credentials import proxy_variables
from wtc.engine.images import build_query
from wtc.engine.images.build_progress import BuildProgress
from wtc.labels import BUILD_HASH
from wtc.model.build import Build, BuildSecret, BuildUlimit
from wtc.model.desired import DesiredImage
from wtc.model.plan import BuildImage


def built(options: dict[str, Any]) -> Build:
    given: dict[str, Any] = {"context": "/src", **options}
    return Build(**given)


def operation(*, platform: str = "", no_cache: bool = False, **options: Any) -> BuildImage:
    image = DesiredImage(service="web", reference="ns-web", build=built(options), platform=platform, build_hash="abc")
    return BuildImage(image=image, no_cache=no_cache)


def query(op: BuildImage, *, pull: bool = False) -> list[tuple[str, str]]:
    return build_query.build_query(op, version="2", dockerfile="Dockerfile", proxies={"HTTP_PROXY": "p"}, pull=pull)


TABLE: list[tuple[BuildImage, str, list[str]]] = [
    (operation(), "version", ["2"]),
    (operation(), "t", ["ns-web"]),
    (operation(), "remote", []),
    (operation(), "nocache", []),
    (operation(), "cachefrom", []),
    (operation(tags=("a:1", "ns-web", "b")), "t", ["ns-web", "a:1", "b"]),
    (operation(args={"HTTP_PROXY": "own", "A": "1"}), "buildargs", ['{"A": "1", "HTTP_PROXY": "own"}']),
    (operation(cache_to=("type=inline",)), "buildargs", ['{"BUILDKIT_INLINE_CACHE": "1", "HTTP_PROXY": "p"}']),
    (operation(labels={"a": "b"}), "labels", [json.dumps({"a": "b", BUILD_HASH: "abc"})]),
    (operation(cache_from=("a:1", "type=registry,ref=b:2")), "cachefrom", ['["a:1", "b:2"]']),
    (operation(extra_hosts={"h": ("1.2.3.4", "::1")}), "extrahosts", ["h:1.2.3.4", "h:::1"]),
    (
        operation(ulimits={"nofile": BuildUlimit(soft=1, hard=2)}),
        "ulimits",
        ['[{"Hard": 2, "Name": "nofile", "Soft": 1}]'],
    ),
    (operation(network="host"), "networkmode", ["host"]),
    (operation(shm_size_bytes=64), "shmsize", ["64"]),
    (operation(target="dev"), "target", ["dev"]),
    (operation(no_cache=True), "nocache", ["1"]),
    (operation(platforms=("linux/arm64",)), "platform", ["linux/arm64"]),
    (operation(platforms=("linux/arm64", "linux/amd64")), "platform", []),
    (operation(platform="linux/amd64", platforms=("linux/arm64",)), "platform", ["linux/amd64"]),
    (operation(context="https://example.com/a.git#v1"), "remote", ["https://example.com/a.git#v1"]),
]


@pytest.mark.parametrize(("op", "name", "values"), TABLE)
def test_option_becomes_a_parameter(op: BuildImage, name: str, values: list[str]) -> None:
    assert [value for key, value in query(op) if key == name] == values


NEEDED: list[tuple[dict[str, Any], tuple[str, ...]]] = [
    ({}, ()),
    ({"secrets": (BuildSecret(source="a"),), "ssh": {"default": ""}}, ("secrets", "ssh")),
    ({"additional_contexts": {"a": "/b"}}, ("additional_contexts",)),
    ({"cache_from": ("a:1", "type=registry,ref=b"), "cache_to": ("type=inline",)}, ()),
    ({"cache_from": ("type=local,src=/c",)}, ("cache_from",)),
    ({"cache_to": ("type=inline", "type=registry,ref=a")}, ("cache_to",)),
    ({"provenance": "false", "sbom": ""}, ()),
    ({"provenance": "mode=max", "sbom": "true"}, ("provenance", "sbom")),
    ({"network": "host", "entitlements": ("network.host",)}, ()),
    ({"entitlements": ("network.host",)}, ("entitlements",)),
    ({"privileged": True, "no_cache_filter": ("a",)}, ("no_cache_filter", "privileged")),
    ({"context": "git@example.com:a.git"}, ("context",)),
    ({"context": "https://example.com/a.git"}, ()),
    ({"context": "https://example.com/a.git", "dockerfile_inline": "FROM x"}, ("dockerfile_inline",)),
]


@pytest.mark.parametrize(("options", "needed"), NEEDED)
def test_options_that_need_buildx_are_found(options: dict[str, Any], needed: tuple[str, ...]) -> None:
    assert build_query.needs_buildx(built(options)) == needed


def test_proxies_of_the_docker_configuration_become_build_arguments(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    proxies = {"default": {"httpProxy": "http://p"}, "tcp://e:1": {"noProxy": "x"}}
    (tmp_path / "config.json").write_text(json.dumps({"proxies": proxies}))
    assert proxy_variables("unix:///x") == {"HTTP_PROXY": "http://p", "http_proxy": "http://p"}
    assert proxy_variables("tcp://e:1") == {"NO_PROXY": "x", "no_proxy": "x"}
    (tmp_path / "config.json").write_text("[]")
    assert proxy_variables("unix:///x") == {}


def test_invalid_records_are_skipped() -> None:
    reports: list[object] = []

    def report(*what: object) -> None:
        reports.append(what)

    progress = BuildProgress("web", report)
    odd: list[dict[str, Any]] = [
        {},
        {"aux": 1},
        {"id": "moby.buildkit.trace", "aux": "?"},
        {"stream": None},
        {"id": 1, "aux": {}},
    ]
    for record in odd:
        progress.read(record)
    progress.read({"id": "moby.image.id", "aux": {"ID": "sha256:1"}})
    assert progress.image_id == "sha256:1"
