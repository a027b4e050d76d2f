"""Pipes and devices in place of files are refused by name, before anything waits for them and before a change."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.harness import Ended, Workshop, one_service
from tests.wtc_process import run_wtc

SERVICE = "services: {{web: {{image: busybox, {}}}}}\n"


def device(path: Path) -> None:
    path.symlink_to("/dev/zero")


@pytest.fixture(params=[os.mkfifo, device], ids=["pipe", "device"])
def special(request: pytest.FixtureRequest) -> Callable[[Path], None]:
    make: Callable[[Path], None] = request.param
    return make


@pytest.mark.parametrize(
    ("name", "compose", "options"),
    [
        ("compose.yaml", "", ()),
        ("compose.override.yaml", SERVICE.format(""), ()),
        (".env", SERVICE.format(""), ()),
        ("other.env", SERVICE.format(""), ("--env-file", "other.env")),
        ("web.env", SERVICE.format("env_file: web.env"), ()),
        ("web.env", SERVICE.format("env_file: [{path: web.env, required: false}]"), ()),
        ("web.labels", SERVICE.format("label_file: web.labels"), ()),
        ("base.yaml", SERVICE.format("extends: {file: base.yaml, service: web}"), ()),
        ("part.yaml", "include: [part.yaml]\n", ()),
        ("part/.env", "include: [part/compose.yaml]\n", ()),
        ("wtc.toml", SERVICE.format(""), ()),
    ],
)
def test_special_file_is_refused_by_name(
    tmp_path: Path, special: Callable[[Path], None], name: str, compose: str, options: tuple[str, ...]
) -> None:
    (tmp_path / "part").mkdir()
    (tmp_path / "part/compose.yaml").write_text(SERVICE.format(""))
    if compose:
        (tmp_path / "compose.yaml").write_text(compose)
    special(tmp_path / name)
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "WTC_CONFIG_DIR": str(tmp_path / "config")}
    ended = run_wtc("config", "-q", *options, cwd=tmp_path, env=env, data="")
    assert ended.returncode in {2, 3}, ended.stderr
    assert f"{tmp_path}/{name}" in ended.stderr
    assert "is a pipe, a socket or a device" in ended.stderr


@pytest.mark.engine
@pytest.mark.parametrize(
    ("attributes", "top"),
    [
        ('security_opt: ["seccomp:special"]', ""),
        ('security_opt: ["seccomp=special"]', ""),
        ("secrets: [one]", "secrets: {one: {file: ./special}}"),
        ("configs: [one]", "configs: {one: {file: ./special}}"),
    ],
)
def test_special_file_is_refused_before_a_change(
    workshop: Workshop, special: Callable[[Path], None], attributes: str, top: str
) -> None:
    special(workshop.main / "special")
    workshop.commit({"compose.yaml": one_service("web", attributes) + top})
    for line in (("up", "--dry-run"), ("up",), ("run", "--rm", "web", "true")):
        ended: Ended = workshop.refused(*line, status=3)
        assert "special" in ended.err
        assert "a pipe" in ended.err
        assert "compose.yaml:" in ended.err
    assert workshop.leftovers() == []
