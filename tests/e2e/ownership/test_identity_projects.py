"""Several projects in one worktree: each project folder has a stack of its own, and commands do not mix them."""

import re
from typing import Any

import pytest

from tests.e2e.harness import Stack, Workshop
from tests.e2e.identity import STORE, mark, mark_of, objects

pytestmark = pytest.mark.engine


@pytest.fixture
def stacks(workshop: Workshop) -> dict[str, Stack]:
    """Folder -> its running stack; each volume holds the folder's name."""
    workshop.commit({"apps/a/compose.yaml": STORE, "apps/b/compose.yaml": STORE, "compose.yaml": STORE})
    found = {name: workshop.up(cwd=workshop.main / name) for name in ("apps/a", "apps/b", "")}
    for name, stack in found.items():
        mark(stack, name or "top")
    return found


def test_each_project_folder_has_its_own_stack_and_data(workshop: Workshop, stacks: dict[str, Stack]) -> None:
    stem = workshop.main.name
    assert re.fullmatch(rf"{stem}-a-[0-9a-f]{{6}}", stacks["apps/a"].namespace)
    assert re.fullmatch(rf"{stem}-b-[0-9a-f]{{6}}", stacks["apps/b"].namespace)
    assert re.fullmatch(rf"{stem}-[0-9a-f]{{6}}", stacks[""].namespace)
    again = {name: workshop.up(cwd=workshop.main / name) for name in stacks}
    assert [stack.answer["changed"] for stack in again.values()] == [False, False, False]
    assert [mark_of(again[name]) for name in stacks] == ["apps/a", "apps/b", "top"]
    assert len({stack.ports["db/80/tcp"] for stack in again.values()}) == 3


@pytest.mark.parametrize("command", [("down", "-t", "0"), ("clean", "-y", "-t", "0"), ("stop", "-t", "0"), ("kill",)])
def test_a_command_in_one_project_leaves_the_others_alone(
    workshop: Workshop, stacks: dict[str, Stack], command: tuple[str, ...]
) -> None:
    before = {name: objects(workshop, stacks[name].namespace) for name in ("apps/b", "")}
    workshop.wtc(*command, cwd=workshop.main / "apps/a")
    assert {name: objects(workshop, stacks[name].namespace) for name in ("apps/b", "")} == before
    assert {stacks[name].container("db").status for name in ("apps/b", "")} == {"running"}
    assert not any(c.status == "running" for c in _containers(workshop, stacks["apps/a"]))


def test_remove_orphans_keeps_the_containers_of_the_other_projects(
    workshop: Workshop, stacks: dict[str, Stack]
) -> None:
    workshop.up("--remove-orphans", cwd=workshop.main / "apps/a")
    assert {stack.container("db").status for stack in stacks.values()} == {"running"}


@pytest.mark.parametrize("present", [True, False], ids=["folder-present", "folder-missing"])
def test_clean_of_the_worktree_covers_every_project(workshop: Workshop, *, present: bool) -> None:
    workshop.commit({"apps/a/compose.yaml": STORE, "apps/b/compose.yaml": STORE})
    linked = workshop.worktree("linked")
    names = [workshop.up(cwd=linked / folder).namespace for folder in ("apps/a", "apps/b")]
    kept = workshop.up(cwd=workshop.main / "apps/a")
    if not present:
        workshop.git("worktree", "remove", "--force", str(linked))
    workshop.wtc("clean", "-y", "-t", "0", "-w", str(linked), cwd=workshop.base)
    assert objects(workshop, *names) == []
    assert kept.container("db").status == "running"


def _containers(workshop: Workshop, stack: Stack) -> list[Any]:
    return [workshop.client.containers.get(one) for one in stack.ids().values()]
