"""`ps`: which stacks are listed."""

import shutil

import pytest

from tests.e2e.harness import Workshop, one_service

pytestmark = pytest.mark.engine


def listed(workshop: Workshop, *options: str) -> set[str]:
    """The namespaces of the stacks that `ps` lists."""
    return {stack["namespace"] for stack in workshop.wtc("ps", "--json", *options).json()["stacks"]}


def test_worktree_option_lists_the_stacks_of_one_worktree(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": one_service("web")})
    linked = workshop.worktree("linked")
    workshop.git("-C", str(linked), "switch", "-q", "-c", "blue")
    main, other = workshop.up(), workshop.up(cwd=linked)
    assert {main.namespace, other.namespace} <= listed(workshop)
    for name in ("blue", f"../{linked.name}", str(linked)):
        assert listed(workshop, "-w", name) == {other.namespace}
    assert listed(workshop, "-w", str(workshop.main), "-s") == {main.namespace}
    third = str(workshop.worktree("third"))
    assert listed(workshop, "-w", third) == set()
    assert "no stack of the worktree exists" in workshop.wtc("ps", "-a", "-w", third).err

    shutil.rmtree(linked)
    assert listed(workshop, "-w", str(linked)) == {other.namespace}


def test_misspelt_service_is_answered_with_the_nearest(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": one_service("frontend")})
    workshop.up()
    here = ("-w", str(workshop.main))
    assert "hint: did you mean `frontend`?" in workshop.wtc("ps", "frontedn", *here).err
    assert "hint" not in workshop.wtc("ps", "frontend", *here).err


def test_worktree_option_follows_a_worktree_that_moved(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": one_service("web")})
    linked = workshop.worktree("linked")
    stack = workshop.up("--no-start", cwd=linked)
    moved = linked.with_name(f"moved-{workshop.token}")
    workshop.folders.append(moved)
    workshop.git("worktree", "move", str(linked), str(moved))
    assert listed(workshop, "-a", "-w", str(moved)) == {stack.namespace}
    assert listed(workshop, "-a", "-w", str(linked)) == set()
