"""`BwrapSandbox`: the interface that other programs use."""

import asyncio
import os
from dataclasses import FrozenInstanceError
from pathlib import Path
from typing import Any

import pytest

from wtc.sandbox import BwrapSandbox, ResourceLimits
from wtc.sandbox.bwrap import list_private_entries, may_type_into_terminal


def test_command_follows_unchanged() -> None:
    command = ["python", "-c", "print('a  b')", "--bind", "--"]
    wrapped = BwrapSandbox(Path("/src/x"), [], [], None).wrap_command(command)
    assert (wrapped[0], wrapped[-6:]) == ("bwrap", ["--", *command])


def test_folders_and_sockets_are_bound_at_their_own_paths() -> None:
    wrapped = BwrapSandbox(Path("/src/x"), [Path("/specs")], [Path("/run/a.sock")], None).wrap_command(["true"])
    bound = [wrapped[n + 1 : n + 3] for n, word in enumerate(wrapped) if word == "--bind"]
    assert bound == [["/src/x", "/src/x"], ["/specs", "/specs"], ["/run/a.sock", "/run/a.sock"]]


def test_system_folders_are_read_only_and_only_those_that_exist() -> None:
    wrapped = BwrapSandbox(Path("/src/x"), [], [], None).wrap_command(["true"])
    bound = {wrapped[n + 1] for n, word in enumerate(wrapped) if word == "--ro-bind"} - {"/dev/null"}
    assert {"/usr", "/bin", "/lib", "/etc"} <= bound
    assert [path for path in bound if not os.path.exists(path)] == []


def test_limits_do_not_show_in_the_command_line() -> None:
    limits = ResourceLimits(memory_limit_mb=77777, cpu_quota_percent=88888, pid_limit=99999)
    limited = BwrapSandbox(Path("/src/x"), [], [], limits).wrap_command(["true"])
    assert limited == BwrapSandbox(Path("/src/x"), [], [], None).wrap_command(["true"])


def test_limits_are_optional_and_frozen() -> None:
    limits: Any = ResourceLimits()
    assert (limits.memory_limit_mb, limits.cpu_quota_percent, limits.pid_limit) == (None, None, None)
    with pytest.raises(FrozenInstanceError):
        limits.pid_limit = 1


def test_workspace_that_is_not_a_path_is_a_type_error() -> None:
    workspace: Any = "/src/x"
    with pytest.raises(TypeError, match="workspace must be a Path, not str"):
        BwrapSandbox(workspace, [], [], None)


@pytest.mark.parametrize(("script", "available"), [("exit 0", True), ("exit 1", False), (None, False)])
def test_available_means_that_its_version_can_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str | None, *, available: bool
) -> None:
    if script:
        (tmp_path / "bwrap").write_text(f'#!/bin/sh\n[ "$*" = --version ] || exit 9\n{script}\n')
        (tmp_path / "bwrap").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert asyncio.run(BwrapSandbox.is_available()) is available


def test_what_only_its_owner_may_read_is_private(tmp_path: Path) -> None:
    modes = {"passwd": 0o644, "shadow": 0o640, "open/key": 0o600, "open/cert": 0o644, "shut/x": 0o644}
    for name, mode in modes.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("")
        path.chmod(mode)
    (tmp_path / "open").chmod(0o755)
    (tmp_path / "shut").chmod(0o700)
    (tmp_path / "link").symlink_to("shadow")
    files = (str(tmp_path / "open/key"), str(tmp_path / "shadow"))
    assert list_private_entries(str(tmp_path)) == (files, (str(tmp_path / "shut"),))


@pytest.mark.parametrize(("content", "may"), [("0\n", False), ("1\n", True), (None, True)])
def test_terminal_is_safe_only_if_the_kernel_says_so(tmp_path: Path, content: str | None, *, may: bool) -> None:
    setting = tmp_path / "legacy_tiocsti"
    if content:
        setting.write_text(content)
    assert may_type_into_terminal(str(setting)) is may
