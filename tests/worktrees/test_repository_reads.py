"""How often commands that work on many stacks read a repository."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.worktrees.scene import Scene, make_template
from wtc.model.identity import RepositoryFacts
from wtc.orchestrator.context import identify
from wtc.orchestrator.removal.clean_scope import Scope
from wtc.worktrees.identity_facts import read_repository

LOOKS: dict[str, Callable[[Scene], object]] = {
    "clean --gone": lambda scene: scene.clean(scene.base, Scope.GONE),
    "ps": Scene.ps,
    "doctor": Scene.doctor,
}


@pytest.mark.parametrize("command", LOOKS)
def test_repository_is_read_once_for_all_of_its_stacks(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "template").mkdir()
    scene = Scene(tmp_path, make_template(tmp_path / "template"))
    scene.begin()
    for name in ("accra", "berne", "cairo"):
        if name != "accra":
            scene.add(scene.trees / name)
        scene.up_in(scene.trees / name)
        scene.git("worktree", "remove", str(scene.trees / name))
    read: list[str] = []

    def counted(common: str) -> RepositoryFacts:
        read.append(common)
        return read_repository(common)

    monkeypatch.setattr(identify, "read_repository", counted)
    LOOKS[command](scene)
    assert read == [str(scene.main / ".git")]
