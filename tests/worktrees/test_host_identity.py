"""The host id, from the machine and the user's configuration folder; empty if it is unknown."""

import os
import pwd
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import pytest

from wtc.worktrees import host_identity
from wtc.worktrees.host_identity import host_id


def environment(folder: Path, **more: str) -> dict[str, str]:
    return {"HOME": str(folder), "WTC_CONFIG_DIR": str(folder / "state"), **more}


def test_id_is_created_only_by_commands_that_create_something(tmp_path: Path) -> None:
    assert host_id(environment(tmp_path)) == ""
    assert not (tmp_path / "state").exists()
    created = host_id(environment(tmp_path), create=True)
    assert len(created) == 32
    assert host_id(environment(tmp_path)) == created == host_id(environment(tmp_path), create=True)


def test_two_configuration_folders_are_two_hosts(tmp_path: Path) -> None:
    ids = {host_id(environment(tmp_path / name), create=True) for name in ("a", "b")}
    assert len(ids) == 2


def test_one_configuration_folder_on_two_machines_is_two_hosts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = host_id(environment(tmp_path), create=True)
    (tmp_path / "machine-id").write_text("another\n")
    monkeypatch.setattr(host_identity, "_MACHINE_FILES", (str(tmp_path / "machine-id"),))
    assert host_id(environment(tmp_path)) not in {"", here}


def test_id_hides_the_machine_id(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "machine-id").write_text("5" * 32)
    monkeypatch.setattr(host_identity, "_MACHINE_FILES", (str(tmp_path / "machine-id"),))
    created = host_id(environment(tmp_path), create=True)
    assert "5" * 32 not in created
    assert (tmp_path / "state/host-id").read_text().strip() not in created


def test_hostname_replaces_a_missing_machine_id(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(host_identity, "_MACHINE_FILES", (str(tmp_path / "missing"),))
    monkeypatch.setattr(host_identity.sys, "platform", "linux")
    assert host_identity.machine_id() == os.uname().nodename
    assert host_id(environment(tmp_path), create=True)


@pytest.mark.parametrize("content", ["", "short", "g" * 32, "0" * 33, "0" * 4096, "\0" * 32])
def test_damaged_file_is_not_an_id_and_is_never_overwritten(tmp_path: Path, content: str) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "state/host-id").write_text(content)
    assert host_id(environment(tmp_path)) == ""
    assert host_id(environment(tmp_path), create=True) == ""
    assert (tmp_path / "state/host-id").read_text() == content
    assert os.listdir(tmp_path / "state") == ["host-id"]


def test_fifo_in_place_of_the_file_does_not_block(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    os.mkfifo(tmp_path / "state/host-id")
    assert host_id(environment(tmp_path), create=True) == ""


def test_id_is_unknown_if_the_folder_is_not_writable(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file")
    assert host_id(environment(tmp_path), create=True) == ""


def test_threads_that_create_the_id_at_once_get_the_same_one(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        racing = [pool.submit(host_id, environment(tmp_path), create=True) for _ in range(32)]
        created = {one.result() for one in racing}
    assert len(created) == 1
    assert os.listdir(tmp_path / "state") == ["host-id"]


@pytest.fixture
def user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The home of user 4321, whom root acts for."""
    home, real = tmp_path / "user", pwd.getpwuid
    home.mkdir()

    def entry(uid: int) -> object:
        return SimpleNamespace(pw_dir=str(home)) if uid == 4321 else real(uid)

    monkeypatch.setattr(pwd, "getpwuid", entry)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    return home


SUDO = {"SUDO_UID": "4321", "SUDO_GID": "4322"}


def test_id_under_sudo_is_that_of_the_calling_user(tmp_path: Path, user: Path) -> None:
    own = host_id({"HOME": str(user)}, create=True)
    root = {"HOME": str(tmp_path / "root")}
    assert host_id({**root, **SUDO}) == own
    assert host_id({**root, **SUDO}, create=True) == own
    assert host_id(root) == ""
    assert not (tmp_path / "root").exists()


@pytest.mark.skipif(os.getuid() != 0, reason="needs the right to change owners")
def test_what_sudo_creates_belongs_to_the_calling_user(tmp_path: Path, user: Path) -> None:
    assert host_id({"HOME": str(tmp_path / "root"), **SUDO}, create=True)
    created = [user / ".config", user / ".config/wtc", user / ".config/wtc/host-id"]
    assert {(p.stat().st_uid, p.stat().st_gid) for p in created} == {(4321, 4322)}


@pytest.mark.parametrize("uid", ["", "ada", "-1", "99999999999999999999", "4320"])
def test_unknown_calling_user_is_root(tmp_path: Path, user: Path, uid: str) -> None:
    root = {"HOME": str(tmp_path)}
    assert host_id({**root, "SUDO_UID": uid}, create=True) == host_id(root) != ""


def test_configured_folder_is_used_under_sudo_too(tmp_path: Path, user: Path) -> None:
    named = environment(tmp_path / "root")
    assert host_id({**named, **SUDO}, create=True) == host_id(named) != ""


def test_user_who_is_not_root_is_never_another(tmp_path: Path, user: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    own = {"HOME": str(tmp_path)}
    assert host_id({**own, **SUDO}, create=True) == host_id(own) != ""
