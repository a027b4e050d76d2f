"""A stack that a former worktree left at a path: reported once, never used by another worktree, and removable."""

import pytest

from tests.e2e.harness import Stack, Workshop
from tests.e2e.identity import SOURCE, STORE, mark, mark_of, objects, remade, without_network
from wtc.labels import PROJECT, WORKTREE

pytestmark = pytest.mark.engine


def namespaces_at(workshop: Workshop, folder: object) -> set[str]:
    """The namespaces that the containers created at this path have."""
    found = workshop.client.containers.list(all=True, ignore_removed=True, filters={"label": f"{WORKTREE}={folder}"})
    return {container.labels[PROJECT] for container in found}


def former_and_new(workshop: Workshop, file: str = STORE) -> tuple[Stack, Stack, str]:
    """A worktree is removed with its stack up, another one is added at its path: both stacks, and what `up` says."""
    workshop.commit({"compose.yaml": file})
    folder = workshop.worktree("linked")
    former = workshop.up(cwd=folder)
    mark(former, "old")
    remade(workshop, folder)
    said = workshop.wtc("up", cwd=folder).err
    return former, workshop.up(cwd=folder), said


@pytest.mark.parametrize("file", [STORE, SOURCE], ids=["volume", "volume-and-bind"])
@pytest.mark.slow
def test_worktree_recreated_twenty_times_is_never_blocked_and_never_gets_old_data(
    workshop: Workshop, file: str
) -> None:
    workshop.commit({"compose.yaml": without_network(file)})
    folder = workshop.worktree("linked")
    stacks: list[Stack] = []
    for number in range(20):
        if number:
            remade(workshop, folder)
        stacks.append(workshop.up(cwd=folder))
        assert mark_of(stacks[-1]) == ""
        mark(stacks[-1], str(number))
    names = {stack.namespace for stack in stacks}
    assert len(names) == 20
    listed = {stack["namespace"] for stack in workshop.wtc("ps", "-a", "--json").json()["stacks"]}
    assert names <= listed
    running = [stack.container("db").status == "running" for stack in stacks]
    # The engine mounts the worktree into the containers of the former stack: the next `up` stops them.
    assert running == ([True] * 20 if file is STORE else [False] * 19 + [True])
    workshop.git("worktree", "remove", "--force", str(folder))
    workshop.wtc("clean", "--gone", "-y", "--all-gone", "-t", "0", cwd=workshop.base)
    assert objects(workshop, *names) == []


def test_first_up_reports_the_former_stack_once(workshop: Workshop) -> None:
    former, new, said = former_and_new(workshop)
    lines = [line for line in said.splitlines() if former.namespace in line]
    assert f"`{former.namespace}_data`" in said
    assert "wtc up --adopt" in said
    assert f"wtc clean --stack {former.namespace}" in said
    assert " B)" in lines[0] or "iB)" in lines[0], lines
    assert former.namespace != new.namespace
    assert former.namespace not in workshop.wtc("up", cwd=workshop.folders[1]).err
    assert former.container("db").status == "running"


def test_several_former_stacks_are_one_warning(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": without_network(STORE)})
    folder = workshop.worktree("linked")
    former, said = [workshop.up(cwd=folder).namespace], ""
    for _ in range(3):
        remade(workshop, folder)
        said = workshop.wtc("up", cwd=folder).err
        former.append(workshop.up(cwd=folder).namespace)
    (line,) = [line for line in said.splitlines() if "former" in line and "warning" in line]
    assert all(f"`{name}`" in line for name in former[:3])
    assert "`wtc clean --former`" in said
    assert "wtc up --adopt --stack NAMESPACE" in said
    workshop.wtc("clean", "--former", "-y", "-t", "0", cwd=folder)
    assert objects(workshop, *former[:3]) == []
    assert workshop.up(cwd=folder).answer["changed"] is False


def test_adopt_takes_over_the_data_of_the_former_stack(workshop: Workshop) -> None:
    former, new, _ = former_and_new(workshop)
    folder = workshop.folders[1]
    refused = workshop.refused("up", "--adopt", cwd=folder, status=5)
    assert "wtc down" in refused.err
    workshop.wtc("down", "-t", "0", cwd=folder)
    workshop.wtc("up", "--adopt", cwd=folder)
    again = workshop.up(cwd=folder)
    assert (again.answer["changed"], again.namespace, mark_of(again)) == (False, former.namespace, "old")
    workshop.wtc("clean", "-y", "--stack", new.namespace, cwd=folder)
    assert objects(workshop, new.namespace) == []
    workshop.git("worktree", "remove", "--force", str(folder))
    workshop.wtc("clean", "-y", "-t", "0", "-w", str(folder), cwd=workshop.base)
    assert objects(workshop, former.namespace) == []


def test_adopt_before_the_first_up_takes_over_the_data(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": STORE})
    folder = workshop.worktree("linked")
    former = workshop.up(cwd=folder)
    mark(former, "old")
    remade(workshop, folder)
    workshop.wtc("up", "--adopt", cwd=folder)
    again = workshop.up(cwd=folder)
    assert (again.answer["changed"], again.namespace, mark_of(again)) == (False, former.namespace, "old")
    workshop.refused("up", "--adopt", cwd=folder, status=1)


def test_adopt_refuses_a_stack_whose_id_another_worktree_holds(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": STORE})
    live, folder = workshop.worktree("live"), workshop.worktree("linked")
    stack = workshop.up(cwd=live)
    ended = workshop.refused("up", "--adopt", "--stack", stack.namespace, cwd=folder, status=5)
    assert f"`{live}`" in ended.err
    assert stack.container("db").status == "running"


@pytest.mark.parametrize("where", ["former", "stack", "outside"])
def test_clean_removes_the_former_stack_alone(workshop: Workshop, where: str) -> None:
    former, new, _ = former_and_new(workshop)
    folder = workshop.folders[1]
    arguments = {"former": ("--former",), "stack": ("--stack", former.namespace), "outside": ("-w", str(folder))}
    cwd = workshop.base if where == "outside" else folder
    ended = workshop.wtc("clean", "-y", "-t", "0", *arguments[where], cwd=cwd)
    assert former.namespace in ended.err
    assert objects(workshop, former.namespace) == []
    assert new.container("db").status == "running"
    assert workshop.up(cwd=folder).answer["changed"] is False


def test_archive_hook_that_is_late_or_repeated_removes_nothing_of_the_next_worktree(workshop: Workshop) -> None:
    """Outside the worktree `clean -w` removes what a former worktree left first, and the present one's only then."""
    workshop.commit({"compose.yaml": STORE})
    folder = workshop.worktree("linked")
    former = workshop.up(cwd=folder)
    workshop.git("worktree", "remove", "--force", str(folder))
    for _ in range(2):
        workshop.wtc("clean", "-y", "-t", "0", "-w", str(folder), cwd=workshop.base)
        assert objects(workshop, former.namespace) == []
    workshop.git("worktree", "add", "-q", "--detach", str(folder))
    new = workshop.up(cwd=folder)
    assert mark_of(new) == ""


def test_recloned_repository_gets_a_stack_of_its_own(workshop: Workshop) -> None:
    """CI checks a repository out at one path again and again."""
    import shutil

    workshop.commit({"compose.yaml": STORE})
    former = workshop.up()
    mark(former, "old")
    shutil.rmtree(workshop.main)
    workshop.main.mkdir()
    workshop.git("init", "-q", "-b", "main")
    workshop.commit({"compose.yaml": STORE})
    said = workshop.wtc("up").err
    assert former.namespace in said
    new = workshop.up()
    assert new.namespace != former.namespace
    assert mark_of(new) == ""
    assert former.namespace not in workshop.wtc("clean", "--gone", "-y", cwd=workshop.base).out
    assert former.container("db").status == "running"
    workshop.wtc("clean", "--former", "-y", "-t", "0")
    assert objects(workshop, former.namespace) == []


def test_former_container_that_mounts_the_worktree_is_a_conflict_where_gone_is_not_proved(workshop: Workshop) -> None:
    """The repository was cloned again: nothing proves that the former worktree is not in use elsewhere."""
    import shutil

    workshop.commit({"compose.yaml": SOURCE})
    former = workshop.up()
    shutil.rmtree(workshop.main)
    workshop.main.mkdir()
    workshop.git("init", "-q", "-b", "main")
    workshop.commit({"compose.yaml": SOURCE})
    ended = workshop.refused("up", status=5)
    assert f"docker stop {former.namespace}_db" in ended.err
    assert former.container("db").status == "running"
    former.container("db").stop(timeout=0)
    assert workshop.up().namespace != former.namespace
