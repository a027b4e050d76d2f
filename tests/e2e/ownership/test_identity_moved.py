"""A moved worktree keeps its stack: data, ports and namespace; what is left of it can be removed by its new path."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.harness import Workshop
from tests.e2e.identity import SOURCE, STORE, mark, mark_of, objects, succeeds, without_network

pytestmark = pytest.mark.engine

Move = Callable[[Workshop, Path, Path], None]


def by_git(workshop: Workshop, old: Path, new: Path) -> None:
    workshop.git("worktree", "move", str(old), str(new))


def by_hand(workshop: Workshop, old: Path, new: Path) -> None:
    del workshop
    old.rename(new)


def by_hand_and_repaired(workshop: Workshop, old: Path, new: Path) -> None:
    old.rename(new)
    workshop.git("worktree", "repair", str(new))


def git_dir(folder: Path) -> str:
    return succeeds("git", "rev-parse", "--absolute-git-dir", cwd=folder).strip()


def moved(workshop: Workshop, old: Path, move: Move) -> Path:
    """Move the worktree; its new path."""
    new = workshop.base / f"new-{workshop.token}"
    workshop.folders.append(new)
    move(workshop, old, new)
    return new


@pytest.mark.parametrize("move", [by_git, by_hand, by_hand_and_repaired])
@pytest.mark.parametrize("running", [True, False], ids=["up", "down"])
def test_moved_worktree_keeps_its_stack(workshop: Workshop, move: Move, *, running: bool) -> None:
    workshop.commit({"compose.yaml": STORE})
    old = workshop.worktree("old")
    stack = workshop.up(cwd=old)
    mark(stack, "precious")
    if not running:
        workshop.wtc("down", "-t", "0", cwd=old)
    new = moved(workshop, old, move)
    ended = workshop.wtc("up", cwd=new)
    assert f"`{stack.namespace}`" in ended.err
    assert f"`{old}`" in ended.err
    again = workshop.up(cwd=new)
    assert again.answer["changed"] is False
    assert (again.namespace, again.ports, mark_of(again)) == (stack.namespace, stack.ports, "precious")
    assert str(old) not in workshop.wtc("up", cwd=new).err
    findings = workshop.wtc("doctor", "--json", cwd=new, status=None).json()["findings"]
    # Other tests have stacks on this engine whose folders are gone: only this worktree's paths count.
    assert not [
        f for f in findings if not f["well"] and f["subject"] == "worktrees" and str(workshop.base) in f["text"]
    ]
    assert workshop.wtc("clean", "--gone", "-y", cwd=workshop.base).out == ""
    assert mark_of(again) == "precious"


def test_moved_worktree_recreates_containers_that_mount_it(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": SOURCE})
    old = workshop.worktree("old")
    mark(workshop.up(cwd=old), "precious")
    new = moved(workshop, old, by_git)
    (new / "fresh").write_text("")
    stack = workshop.up(cwd=new)
    assert mark_of(stack) == "precious"
    stack.run("db", "test", "-e", "/source/fresh")


@pytest.mark.parametrize("command", ["down", "clean", "status", "ps", "exec"])
def test_commands_find_the_stack_of_a_moved_worktree(workshop: Workshop, command: str) -> None:
    workshop.commit({"compose.yaml": STORE})
    old = workshop.worktree("old")
    stack = workshop.up(cwd=old)
    new = moved(workshop, old, by_git)
    if command == "exec":
        workshop.wtc("exec", "-T", "db", "true", cwd=new)
        return
    arguments = {"down": ("-t", "0"), "clean": ("-y", "-t", "0"), "ps": ("-w", str(new))}.get(command, ())
    ended = workshop.wtc(command, *arguments, cwd=new)
    left = {
        "down": [f"volume {stack.namespace}_data"],
        "clean": [],
    }
    if command in left:
        assert objects(workshop, stack.namespace) == left[command]
    else:
        assert "db" in ended.out


@pytest.mark.parametrize("lost", ["nothing", "registry"])
@pytest.mark.parametrize("used", [True, False], ids=["up-after-move", "no-command-after-move"])
def test_clean_by_the_new_path_after_the_worktree_is_removed(workshop: Workshop, lost: str, *, used: bool) -> None:
    workshop.commit({"compose.yaml": STORE})
    old = workshop.worktree("old")
    stack = workshop.up(cwd=old)
    new = moved(workshop, old, by_git)
    if used:
        workshop.wtc("up", cwd=new)
    workshop.git("worktree", "remove", "--force", str(new))
    if lost == "registry":
        (workshop.config / "registry.json").unlink()
    # Nothing recorded the new path where no command ran there; the stack was created at the old one.
    workshop.wtc("clean", "-y", "-t", "0", "-w", str(new if used else old), cwd=workshop.base)
    assert objects(workshop, stack.namespace) == []


def test_moved_repository_keeps_the_stacks_of_all_its_worktrees(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": STORE})
    first = workshop.up()
    mark(first, "precious")
    new = workshop.base / f"moved-{workshop.token}"
    workshop.main.rename(new)
    workshop.folders.append(new)
    again = workshop.up(cwd=new)
    assert (again.namespace, mark_of(again)) == (first.namespace, "precious")


@pytest.mark.parametrize("move", [by_git, by_hand])
def test_stack_of_a_moved_worktree_is_not_adopted_by_another_one_with_its_id(workshop: Workshop, move: Move) -> None:
    workshop.commit({"compose.yaml": without_network(STORE)})
    old, thief = workshop.worktree("old"), workshop.worktree("thief")
    stack = workshop.up(cwd=old)
    mark(stack, "precious")
    own, taken = (Path(git_dir(folder), "wtc", "id") for folder in (thief, old))
    own.parent.mkdir()
    own.touch()
    own.write_text(json.dumps({**json.loads(taken.read_text()), "inode": own.stat().st_ino}))
    new = moved(workshop, old, move)
    for command in (("up",), ("clean", "-y")):
        assert "has or may have the same id" in workshop.wtc(*command, cwd=thief, status=5).err
    own.unlink()
    workshop.wtc("up", cwd=new)
    assert mark_of(workshop.up(cwd=new)) == "precious"


def test_copied_main_worktree_gets_its_own_stack(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": STORE})
    original = workshop.up()
    mark(original, "precious")
    copy = workshop.base / f"copy-{workshop.token}"
    workshop.folders.append(copy)
    succeeds("cp", "-a", str(workshop.main), str(copy))
    assert "git worktree add" in workshop.wtc("up", cwd=copy).err
    other = workshop.up(cwd=copy)
    assert other.answer["changed"] is False
    assert other.namespace != original.namespace
    assert mark_of(other) == ""
    workshop.wtc("clean", "-y", "-t", "0", cwd=copy)
    assert (original.container("db").status, mark_of(original)) == ("running", "precious")


def test_copied_linked_worktree_gets_its_own_stack(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": STORE})
    linked = workshop.worktree("linked")
    original = workshop.up(cwd=linked)
    mark(original, "precious")
    copy = workshop.base / f"copy-{workshop.token}"
    workshop.folders.append(copy)
    succeeds("cp", "-a", str(linked), str(copy))
    assert "git worktree add" in workshop.wtc("up", cwd=copy).err
    other = workshop.up(cwd=copy)
    assert other.answer["changed"] is False
    assert other.namespace != original.namespace
    assert mark_of(other) == ""
    shutil.rmtree(copy)
    workshop.wtc("clean", "-y", "-t", "0", "-w", str(copy), cwd=workshop.base)
    assert objects(workshop, other.namespace) == []
    assert (original.container("db").status, mark_of(original)) == ("running", "precious")
