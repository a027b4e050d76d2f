"""What each command decides about a stack, for each fact about its worktree.

The facts are real folders and repositories (`identity_facts.py`); the engine is a listing of labelled objects.
See `.context/plans/design.md`.
"""

import os
import pwd
import re
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.worktrees.identity_facts import FACTS, MOUNTING
from tests.worktrees.identity_tables import OF_THE_HOST, OF_THE_WORKTREE, WHY_BY_PATH, WHY_GONE
from tests.worktrees.mounts import in_private_mounts
from tests.worktrees.scene import Scene, make_template


def table(text: str) -> dict[str, dict[str, str]]:
    """Fact -> column -> cell."""
    head, *rows = ([cell.strip() for cell in line.split(" | ")] for line in text.strip().splitlines())
    return {row[0]: dict(zip(head[1:], row[1:], strict=True)) for row in rows}


def reasons(text: str) -> dict[str, str]:
    return {fact.strip(): why for fact, why in (line.split(" | ", 1) for line in text.strip().splitlines())}


BY_WORKTREE, BY_HOST = table(OF_THE_WORKTREE), table(OF_THE_HOST)
GONE, BY_PATH = reasons(WHY_GONE), reasons(WHY_BY_PATH)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_template(tmp_path_factory.mktemp("template"))


@pytest.fixture
def scene(tmp_path: Path, template: Path, monkeypatch: pytest.MonkeyPatch) -> Scene:
    """A scene whose user 4321 has the scene's folder as home."""
    found, real = Scene(tmp_path, template), pwd.getpwuid

    def entry(uid: int) -> object:
        return SimpleNamespace(pw_dir=str(found.base)) if uid == 4321 else real(uid)

    monkeypatch.setattr(pwd, "getpwuid", entry)
    return found


@pytest.mark.parametrize("registry", ["kept", "lost"])
@pytest.mark.parametrize("fact", FACTS)
def test_each_command_decides_as_in_the_table(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, fact: str, registry: str
) -> None:
    def decided() -> tuple[dict[str, str], dict[str, str]]:
        FACTS[fact](scene)
        if fact.startswith("sudo"):
            monkeypatch.setattr(os, "geteuid", lambda: 0)
        if registry == "lost":
            for file in scene.base.rglob("registry.json"):
                file.unlink()
        why = scene.reasons()
        return scene.row(), why

    row, why = in_private_mounts(decided) if fact in MOUNTING else decided()
    assert row == {**BY_WORKTREE[fact], **BY_HOST[fact]}
    assert why == {"--gone": GONE[fact], "-w out": BY_PATH[fact]}


def test_every_fact_has_a_row_in_every_table() -> None:
    assert list(FACTS) == list(BY_WORKTREE) == list(BY_HOST) == list(GONE) == list(BY_PATH)


def test_only_a_worktree_that_is_proved_gone_is_removed_without_a_question() -> None:
    certain = {fact for fact, row in BY_HOST.items() if re.search("removed|former", row["-y"])}
    assert {GONE[fact].partition(";")[0] for fact in certain} == {"its folder is gone, and git does not list it"}


def test_doctor_recommends_removal_only_if_the_worktree_is_proved_gone() -> None:
    deleting = {fact for fact, row in BY_HOST.items() if row["doctor"] in {"gone", "former"}}
    assert deleting == {fact for fact, row in BY_HOST.items() if re.search("removed|former", row["-y"])}


def test_worktree_that_is_created_again_is_never_blocked_and_never_gets_old_data(scene: Scene) -> None:
    scene.begin()
    scene.git("worktree", "remove", "--force", str(scene.path))
    names: list[str] = []
    for _ in range(20):
        scene.add(scene.path)
        assert scene.up_in(scene.path) == "fresh"
        names.append(scene.namespace.name)
        scene.git("worktree", "remove", "--force", str(scene.path))
    assert len(set(names)) == 20
    assert sorted(names) == scene.listed()
    assert sorted(names) == scene.removable()


def test_stack_keeps_its_longer_name_when_the_short_one_becomes_free(scene: Scene) -> None:
    scene.begin()
    scene.take_default_name()
    assert scene.up_in(scene.path) == "fresh"
    name = scene.namespace.name
    scene.forget_other_stacks()
    assert scene.up_in(scene.path) == "own"
    assert scene.namespace.name == name
