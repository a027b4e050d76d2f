"""Which worktree it is: by its real path, from wherever it is asked for."""

import pytest

from tests.e2e.harness import Workshop, one_service

pytestmark = pytest.mark.engine

WEB = one_service("web", "ports: ['8080:80']")


def test_a_symlinked_worktree_is_the_same_stack(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": WEB})
    link = workshop.base / "link"
    link.symlink_to(workshop.main)
    stack = workshop.up()
    again = workshop.up(cwd=link)
    assert (again.namespace, again.answer["changed"]) == (stack.namespace, False)
    named = workshop.up("-w", str(link), cwd=workshop.base)
    assert (named.namespace, named.answer["changed"]) == (stack.namespace, False)


def test_a_folder_below_is_the_same_stack(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": WEB, "deep/er/file": ""})
    stack = workshop.up()
    assert workshop.up(cwd=workshop.main / "deep" / "er").answer["changed"] is False
    assert workshop.wtc("ports", "--json", cwd=workshop.main / "deep").json()["namespace"] == stack.namespace


@pytest.mark.parametrize("name", ["two words", "köln-日本", "UPPER.case_x", "-dash", "'quote\"", "x" * 120])
def test_a_worktree_of_any_name(workshop: Workshop, name: str) -> None:
    folder = workshop.folder(name, {"compose.yaml": WEB})
    stack = workshop.up(cwd=folder)
    assert stack.answer["worktree"] == str(folder)
    assert workshop.up("-w", str(folder), cwd=workshop.base).answer["changed"] is False
    workshop.wtc("clean", "-y", "-t", "0", "-w", str(folder), cwd=workshop.base)
    assert workshop.leftovers() == []


def test_a_worktree_is_named_from_elsewhere(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": WEB})
    linked = workshop.worktree("linked")
    stack = workshop.up("-w", str(linked), cwd=workshop.base)
    assert stack.answer["worktree"] == str(linked)
    assert (
        workshop.wtc("ports", "--json", "-w", f"linked-{workshop.token}", cwd=workshop.base).json()["namespace"]
        == stack.namespace
    )
    workshop.wtc("down", "-t", "0", "-w", str(linked), cwd=workshop.base)
    assert stack.ids() == {}


def test_a_file_named_from_elsewhere_brings_its_own_worktree(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": WEB})
    linked = workshop.worktree("linked")
    assert workshop.up("-f", str(linked / "compose.yaml"), cwd=workshop.main).answer["worktree"] == str(linked)


def test_a_compose_file_below_the_root_belongs_to_the_worktree(workshop: Workshop) -> None:
    workshop.commit({"deploy/compose.yaml": WEB})
    stack = workshop.up("-f", "deploy")
    assert stack.answer["worktree"] == str(workshop.main)


def test_two_worktrees_of_one_directory_name_are_two_stacks(workshop: Workshop) -> None:
    one = workshop.folder("a", {"same/compose.yaml": WEB})
    two = workshop.folder("b", {"same/compose.yaml": WEB})
    workshop.folders += [one / "same", two / "same"]
    first, second = workshop.up(cwd=one / "same"), workshop.up(cwd=two / "same")
    assert first.namespace != second.namespace
    assert first.ports != second.ports


DATA = one_service("web", "volumes: ['rows:/rows']") + "volumes: {rows: {}}\n"


@pytest.mark.parametrize("nested", [".worktrees", ".claude/worktrees"])
def test_a_nested_worktree_without_a_compose_file_never_acts_on_the_outer_stack(
    workshop: Workshop, nested: str
) -> None:
    workshop.commit({"file": "", "compose.yaml": DATA})
    inner = workshop.main / nested / "inner"
    workshop.git("worktree", "add", "-q", str(inner))
    (inner / "compose.yaml").unlink()
    stack = workshop.up()
    before = stack.ids(), workshop.leftovers()
    for command in (["up"], ["status"], ["config"], ["env"], ["inspect"]):
        assert "no compose file found" in workshop.refused(*command, cwd=inner, status=3).err
    workshop.refused("exec", "web", "true", cwd=inner, status=1)
    for command in (["setup"], ["down", "-t", "0"], ["clean", "-y", "-t", "0"]):
        workshop.wtc(*command, cwd=inner)
    assert (stack.ids(), workshop.leftovers()) == before


def test_up_in_a_fresh_worktree_uses_the_main_worktrees_ignored_env(workshop: Workshop) -> None:
    file = one_service("web", "environment: {SECRET: '${SECRET:?}'}")
    workshop.commit({"compose.yaml": file, ".gitignore": ".env\n", ".env.example": "SECRET=changeme\n"})
    (workshop.main / ".env").write_text("SECRET=real\n")
    linked = workshop.worktree("linked")
    dry = workshop.wtc("up", "--dry-run", cwd=linked)
    assert f"`.env` is missing: it would be copied from `{workshop.main}/.env`" in dry.err
    assert not (linked / ".env").exists()
    ended = workshop.wtc("up", "--json", cwd=linked)
    assert f".env was copied from {workshop.main}/.env" in ended.err
    assert workshop.wtc("exec", "web", "sh", "-c", "echo $SECRET", cwd=linked).out == "real\n"
    assert workshop.up(cwd=linked).answer["changed"] is False
