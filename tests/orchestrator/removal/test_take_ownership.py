"""Files of another user in a worktree: find them, and change their owner."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from wtc.engine.client.connection import connect
from wtc.errors import WtcError
from wtc.events import Event
from wtc.orchestrator.removal import take_ownership as module
from wtc.worktrees.delete_worktree import find_foreign_folder

root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as another user")
NOBODY, OTHER = 65534, 12345


def ignore(_: Event) -> None:
    pass


@pytest.fixture
def tree() -> Iterator[Path]:
    """A folder that every user can reach."""
    path = Path(tempfile.mkdtemp())
    path.chmod(0o755)
    (path / "out/deep").mkdir(parents=True)
    (path / "out/file").write_text("")
    yield path
    shutil.rmtree(path)


@root
@pytest.mark.parametrize(("owner", "found"), [(NOBODY, ""), (OTHER, "out")])
def test_folder_of_another_user_is_found(tree: Path, owner: int, found: str) -> None:
    for path in (tree, tree / "out", tree / "out/deep"):
        os.chown(path, owner, owner)
    os.seteuid(NOBODY)
    try:
        assert find_foreign_folder(str(tree)) == (str(tree / found) if found else "")
    finally:
        os.seteuid(0)


def test_root_can_empty_every_folder(tree: Path) -> None:
    assert find_foreign_folder(str(tree)) == ""


@root
@pytest.mark.engine
def test_files_become_the_users_through_a_container(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.chown(tree / "out/file", OTHER, OTHER)
    answers = iter([str(tree / "out"), ""])

    def found(_: str) -> str:
        return next(answers)

    monkeypatch.setattr(module, "find_foreign_folder", found)
    engine = connect(context="", environment=os.environ)
    try:
        module.take_ownership(str(tree), engine, ignore)
    finally:
        engine.close()
    assert (tree / "out/file").stat().st_uid == os.getuid()


def test_where_no_container_can_the_error_has_the_command(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:

    def found(_: str) -> str:
        return str(tree / "out")

    monkeypatch.setattr(module, "find_foreign_folder", found)
    remote: Any = SimpleNamespace(host_is_local=False)
    with pytest.raises(WtcError) as raised:
        module.take_ownership(str(tree), remote, ignore)
    assert raised.value.causes == ("the engine is remote",)
    command = f"sudo chown -hR {os.getuid()}:{os.getgid()} {tree}"
    assert raised.value.hints == (f"to become their owner, run `{command}`",)
