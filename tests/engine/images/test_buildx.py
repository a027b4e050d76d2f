"""The command line, environment and definition of `docker buildx`."""

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest

from wtc.engine.images import bake, buildx
from wtc.engine.images.buildx_environment import build_environment, caller_environment
from wtc.errors import WtcError
from wtc.labels import BUILD_HASH
from wtc.model.build import Build, BuildSecret, BuildUlimit
from wtc.model.desired import DesiredImage
from wtc.model.mounts import FileSource
from wtc.model.plan import BuildImage

if TYPE_CHECKING:
    from wtc.engine.client.connection import Engine

RECORDING_DOCKER = """\
#!/usr/bin/python3
import json, os, sys
process = {"argv": sys.argv[1:], "environment": dict(os.environ), "input": sys.stdin.read()}
open(os.path.dirname(sys.argv[0]) + "/process.json", "w").write(json.dumps(process))
"""
FAILING_DOCKER = """\
#!/bin/sh
exec <&-
echo '-.json:1' >&2
echo 'ERROR: -.json:1,2-3: Unsupported argument; An argument named "extra-hosts" is not expected here.' >&2
exit 1
"""


class FakeEngine:
    """An engine of which a build needs only the address."""

    address = "unix:///engine.sock"


def ignore(item: str, text: str, current: int, total: int) -> None:
    """Report nothing."""


SOURCE = os.path.dirname(os.path.abspath(__file__))
"""An existing folder; none of its files are sent."""


def operation(**options: Any) -> BuildImage:
    given: dict[str, Any] = {"context": SOURCE, "dockerfile_inline": "FROM x", **options}
    build = Build(**given)
    return BuildImage(image=DesiredImage(service="web", reference="ns-web", build=build, build_hash="abc"))


def build(op: BuildImage, **secrets: FileSource) -> None:
    buildx.build_with_buildx(cast("Engine", FakeEngine()), op, ignore, context=None, secrets=secrets)


def target(op: BuildImage, **secrets: FileSource) -> dict[str, Any]:
    return json.loads(bake.bake_definition(op, secrets, dockerfile="/src/Dockerfile"))["target"][bake.TARGET]


@pytest.fixture
def docker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fake `docker` on the PATH, and a caller with variables that it gets and does not get."""
    caller = {"PATH": f"{tmp_path}:/usr/bin:/bin", "HOME": "/home/me", "https_proxy": "http://p", "PASSWORD": "other"}
    for name in os.environ:
        monkeypatch.delenv(name)
    for name, value in caller.items():
        monkeypatch.setenv(name, value)
    file = tmp_path / "docker"
    file.write_text(RECORDING_DOCKER)
    file.chmod(0o755)
    return file


def test_compose_file_sets_no_argument_and_no_variable_name(docker: Path) -> None:
    op = operation(
        args={"PASSWORD": "hunter2", "PATH": "/evil", "DOCKER_CONFIG": "/evil", "LD_PRELOAD": "/evil.so"},
        secrets=(BuildSecret(source="key"), BuildSecret(source="file", target="as"), BuildSecret(source="text")),
        cache_to=("type=s3,secret_access_key=hunter3",),
        labels={"a": "b"},
        privileged=True,
        network="host",
        provenance="mode=max",
        sbom="true",
    )
    key = FileSource(name="key", environment="KEY", content="hunter4")
    build(op, key=key, file=FileSource(name="file", file="/run/f"), text=FileSource(name="text", content="hunter5"))
    process = json.loads((docker.parent / "process.json").read_text())
    assert process["argv"] == [
        *("buildx", "bake", "--file=-", "--progress=plain", "--load"),
        *("--allow=security.insecure", "--allow=network.host", "--provenance=mode=max", "--sbom=true"),
    ]
    started_by_the_interpreter = {"LC_CTYPE"}
    assert {
        name: value for name, value in process["environment"].items() if name not in started_by_the_interpreter
    } == {
        "PATH": f"{docker.parent}:/usr/bin:/bin",
        "HOME": "/home/me",
        "https_proxy": "http://p",
        "DOCKER_HOST": "unix:///engine.sock",
        "BUILDX_BAKE_ENTITLEMENTS_FS": "0",
        "WTC_BUILD_SECRET_0": "hunter4",
        "WTC_BUILD_SECRET_2": "hunter5",
    }
    assert json.loads(process["input"]) == {
        "target": {
            "default": {
                "context": SOURCE,
                "dockerfile-inline": "FROM x",
                "args": {"PASSWORD": "hunter2", "PATH": "/evil", "DOCKER_CONFIG": "/evil", "LD_PRELOAD": "/evil.so"},
                "tags": ["ns-web"],
                "labels": {"a": "b", BUILD_HASH: "abc"},
                "cache-to": ["type=s3,secret_access_key=hunter3"],
                "entitlements": ["security.insecure", "network.host"],
                "secret": ["id=key,env=WTC_BUILD_SECRET_0", "id=as,src=/run/f", "id=text,env=WTC_BUILD_SECRET_2"],
                "network": "host",
            }
        }
    }


def test_error_names_the_option_that_an_old_buildx_does_not_support(docker: Path) -> None:
    docker.write_text(FAILING_DOCKER)
    with pytest.raises(WtcError) as caught:
        build(operation(extra_hosts={"h": ("1.2.3.4",)}, args={"A": "x" * 1_000_000}))
    assert caught.value.message == "the image of service `web` could not be built"
    assert caught.value.causes == ("this `docker buildx` is too old for `build.extra_hosts`",)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        *((name, True) for name in ("PATH", "HOME", "TMPDIR", "SSH_AUTH_SOCK", "LC_ALL", "HTTPS_PROXY", "no_proxy")),
        *((name, True) for name in ("DOCKER_CONFIG", "DOCKER_TLS_VERIFY", "BUILDX_BUILDER", "BUILDKIT_HOST")),
        *((name, True) for name in ("XDG_RUNTIME_DIR", "AWS_PROFILE", "DBUS_SESSION_BUS_ADDRESS", "KUBECONFIG")),
        *((name, False) for name in ("PASSWORD", "LD_PRELOAD", "BUILDX_BAKE_FILE", "GIT_SSH_COMMAND", "PATHS", "")),
    ],
)
def test_buildx_gets_selected_variables_of_the_caller(name: str, kept: bool) -> None:  # noqa: FBT001
    assert caller_environment({name: "x"}) == ({name: "x"} if kept else {})


def test_buildx_builds_on_the_engine_that_wtc_uses() -> None:
    assert build_environment({"DOCKER_HOST": "tcp://other"}, engine="unix:///e") == {
        "DOCKER_HOST": "unix:///e",
        "BUILDX_BAKE_ENTITLEMENTS_FS": "0",
    }


TABLE: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"dockerfile_inline": ""}, {"dockerfile": "/src/Dockerfile"}),
    ({"additional_contexts": {"lib": "/lib"}}, {"contexts": {"lib": "/lib"}}),
    ({"ssh": {"default": "", "k": "/key"}}, {"ssh": ["default", "k=/key"]}),
    ({"tags": ("a:1", "ns-web")}, {"tags": ["ns-web", "a:1"]}),
    ({"extra_hosts": {"h": ("1.2.3.4", "::1")}}, {"extra-hosts": {"h": "1.2.3.4,::1"}}),
    ({"ulimits": {"nofile": BuildUlimit(soft=1, hard=2)}}, {"ulimits": ["nofile=1:2"]}),
    ({"shm_size_bytes": 64}, {"shm-size": "64"}),
    ({"cache_from": ("a:1", "type=local,src=/c")}, {"cache-from": ["a:1", "type=local,src=/c"]}),
    ({"no_cache_filter": ("s",)}, {"no-cache-filter": ["s"]}),
    ({"entitlements": ("network.host",), "network": "host"}, {"entitlements": ["network.host"], "network": "host"}),
    ({"target": "dev", "pull": True, "no_cache": True}, {"target": "dev", "pull": True, "no-cache": True}),
    ({"platforms": ("linux/arm64",)}, {"platforms": ["linux/arm64"]}),
    ({"args": {"A": "$x ${x}"}}, {"args": {"A": '${"$"}x ${"$"}{x}'}}),
    ({"args": {"A": "$${x} %{y}"}}, {"args": {"A": '${"$"}${"$"}{x} ${"%"}{y}'}}),
    ({"args": {"${A}": "100% $"}}, {"args": {'${"$"}{A}': "100% $"}}),
    ({"dockerfile_inline": "FROM ${x}"}, {"dockerfile-inline": 'FROM ${"$"}{x}'}),
]


@pytest.mark.parametrize(("options", "expected"), TABLE)
def test_option_becomes_an_attribute_of_the_definition(options: dict[str, Any], expected: dict[str, Any]) -> None:
    plain = {
        "context": SOURCE,
        "dockerfile-inline": "FROM x",
        "tags": ["ns-web"],
        "labels": {BUILD_HASH: "abc"},
    }
    if "dockerfile" in expected:
        del plain["dockerfile-inline"]
    assert target(operation(**options)) == {**plain, **expected}


def test_comma_in_the_path_of_a_secret_does_not_start_a_field() -> None:
    op = operation(secrets=(BuildSecret(source="key"),))
    assert target(op, key=FileSource(name="key", file='/a,env=HOME"'))["secret"] == ['id=key,"src=/a,env=HOME"""']


def test_secret_without_a_source_is_named() -> None:
    with pytest.raises(WtcError) as caught:
        target(operation(secrets=(BuildSecret(source="key"),)))
    assert "`key`" in caught.value.causes[0]
