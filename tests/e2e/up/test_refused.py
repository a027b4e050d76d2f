"""What cannot be read or reached: one clear error with its exit status, before anything is touched."""

import os
import shutil
from pathlib import Path

import pytest

from tests.e2e.harness import SHOP, Workshop, assert_one_error, one_service, write

pytestmark = pytest.mark.engine

WEB = one_service("web")


def test_no_engine(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": WEB})
    ended = workshop.refused("up", status=4, env={"DOCKER_HOST": f"unix://{workshop.base}/none.sock"})
    assert f"`unix://{workshop.base}/none.sock`" in ended.err
    assert "no such socket" in ended.err


@pytest.mark.parametrize("command", [("up",), ("down",), ("ps",), ("status",), ("ports",), ("clean", "-y")])
def test_no_engine_is_one_json_document(workshop: Workshop, command: tuple[str, ...]) -> None:
    workshop.commit({"compose.yaml": WEB})
    ended = workshop.refused(*command, "--json", status=4, env={"DOCKER_HOST": f"unix://{workshop.base}/none.sock"})
    document = ended.json()
    assert (document["ok"], document["schema_version"], document["error"]["exit_status"]) == (False, 1, 4)


@pytest.mark.parametrize("command", ["up", "status"])
def test_no_compose_file(workshop: Workshop, command: str) -> None:
    ended = workshop.refused(command, "--json", status=3)
    assert "compose.yaml" in ended.err
    assert ended.json()["error"]["exit_status"] == 3


@pytest.mark.parametrize("command", [("down",), ("ports",), ("ps",), ("clean", "-y")])
def test_commands_that_use_labels_need_no_compose_file(workshop: Workshop, command: tuple[str, ...]) -> None:
    workshop.wtc(*command)


def empty_folder(path: Path) -> None:
    path.mkdir()


def binary(path: Path) -> None:
    path.write_bytes(bytes(range(256)) * 64)


def brackets(path: Path) -> None:
    path.write_bytes(b"[" * 10_000_000)


def nothing(path: Path) -> None:
    path.write_bytes(b"")


def a_list(path: Path) -> None:
    path.write_text("- web\n- db\n")


def a_loop(path: Path) -> None:
    path.symlink_to(path.name)


def a_pipe(path: Path) -> None:
    os.mkfifo(path)


@pytest.mark.parametrize("unusable", [empty_folder, binary, brackets, nothing, a_list, a_loop, a_pipe])
@pytest.mark.parametrize("name", [("-f", "compose.yaml"), ()], ids=["named", "found"])
@pytest.mark.timeout(60)
def test_a_compose_file_that_is_none(workshop: Workshop, unusable: object, name: tuple[str, ...]) -> None:
    assert callable(unusable)
    unusable(workshop.main / "compose.yaml")
    ended = workshop.refused("up", "--json", *name, status=3)
    assert ended.json()["ok"] is False


def test_all_findings_of_a_file_are_reported_together(workshop: Workshop) -> None:
    write(workshop.main, {"compose.yaml": "services:\n  web:\n    imago: x\n    prots: [80]\n"})
    ended = workshop.wtc("up", "--json", status=3)
    found = ended.json()["error"]["diagnostics"]
    assert {d["line"] for d in found} >= {3, 4}


def test_not_in_git_the_folder_is_the_worktree(workshop: Workshop) -> None:
    folder = workshop.folder("plain", {"compose.yaml": WEB})
    assert workshop.up(cwd=folder).answer["worktree"] == str(folder)


def test_git_is_not_needed(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": WEB})
    inside = workshop.main / "deep"
    inside.mkdir()
    empty = workshop.base / "bin"
    empty.mkdir()
    assert shutil.which("git", path=str(empty)) is None
    assert workshop.up(cwd=inside, env={"PATH": str(empty)}).answer["worktree"] == str(workshop.main)


def test_a_config_folder_that_cannot_be_written(workshop: Workshop) -> None:
    """A file in its place: root may write anywhere else."""
    workshop.commit({"compose.yaml": WEB.replace("command:", "ports: [80]\n    command:")})
    workshop.config.write_text("")
    ended = workshop.refused("up", "--json", status=1)
    assert "`WTC_CONFIG_DIR`" in ended.err
    assert workshop.leftovers() == []


def test_a_worktree_that_is_gone(workshop: Workshop) -> None:
    write(workshop.base, {"compose.yaml": WEB})
    ended = workshop.refused("up", "-w", f"{workshop.base}/gone", status=3, cwd=workshop.base)
    assert f"wtc clean -w {workshop.base}/gone" in ended.err


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_config_folder(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": WEB.replace("command:", "ports: [80]\n    command:")})
    workshop.config.mkdir(mode=0o500)
    assert "`WTC_CONFIG_DIR`" in workshop.refused("up", status=1).err


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (("up", "wbe"), 2),
        (("up", "--scale", "wbe=2"), 2),
        (("up", "--scale", "web"), 2),
        (("up", "--scale", "web=-1"), 2),
        (("up", "--scale", "web=many"), 2),
        (("up", "--ports", "mine"), 2),
        (("up", "--pull", "now"), 2),
        (("up", "--wait-timeout", "long"), 2),
        (("up", "--recreate", "--no-recreate"), 2),
        (("up", "--build", "--no-build"), 2),
        (("up", "--nonsense"), 2),
        (("up", "-w", "compose.yaml"), 2),
        (("up", "-f", "missing.yaml"), 3),
        (("up", "--env-file", "missing.env"), 3),
        (("down", "wbe"), 2),
        (("down", "-t", "soon"), 2),
        (("clean", "--all", "--gone", "-y"), 2),
        (("doctor", "extra"), 2),
        (("upp",), 2),
        (("--nonsense",), 2),
    ],
)
def test_a_command_line_that_cannot_be(workshop: Workshop, arguments: tuple[str, ...], status: int) -> None:
    workshop.commit({"compose.yaml": WEB})
    ended = workshop.wtc(*arguments, "--json", status=status)
    assert_one_error(ended)
    assert ended.json()["error"]["exit_status"] == status
    assert workshop.leftovers() == []


@pytest.mark.parametrize("setting", [{"WTC_PORT_RANGE": "many"}, {"WTC_PORT_RANGE": "9-1"}, {"WTC_BIND": "no address"}])
def test_a_setting_that_cannot_be(workshop: Workshop, setting: dict[str, str]) -> None:
    workshop.commit({"compose.yaml": SHOP})
    ended = workshop.refused("up", status=2, env=setting)
    assert next(iter(setting)) in ended.err
    assert workshop.leftovers() == []
