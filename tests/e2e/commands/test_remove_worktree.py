"""Claude Code's `WorktreeRemove`: git is asked first, and a stack goes only once its worktree is gone."""

import json
import os
import shutil
import subprocess
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.harness import SHOP, Ended, Stack, Workshop, labelled, one_service, write
from tests.wtc_process import run_wtc
from wtc.errors import ConflictError, InterruptedByUserError, WtcError
from wtc.events import Event
from wtc.labels import PROJECT
from wtc.model.identity import PathFacts
from wtc.orchestrator import clean
from wtc.orchestrator.context.target import Target
from wtc.orchestrator.removal import remove_worktree as steps
from wtc.orchestrator.removal.clean_scope import Scope
from wtc.worktrees.identity_facts import read_path
from wtc.worktrees.locate import Worktree, worktree_at
from wtc.worktrees.worktree_id import recorded_stopped

pytestmark = pytest.mark.engine

FILES = {"compose.yaml": SHOP, ".gitignore": ".env\n", "tracked": "first\n"}
DEAD = 2**22 + 1
"""A process id above the kernel's limit."""


class Claude:
    """Claude Code in a workshop's repository: its hooks, and one worktree that wtc created for it."""

    def __init__(self, workshop: Workshop) -> None:
        self.workshop = workshop
        workshop.commit(FILES)
        created = self.hook("claude-worktree-create", {"name": "oak", "cwd": str(workshop.main)})
        assert created.status == 0, created.err
        self.path = Path(created.out.rstrip("\n"))
        workshop.folders.append(self.path)

    def hook(self, event: str, document: dict[str, str], **environment: str) -> Ended:
        env = {**self.workshop.env, **environment}
        done = run_wtc("hook", event, cwd=self.workshop.base, env=env, data=json.dumps(document))
        assert "Traceback" not in done.stderr
        return Ended(status=done.returncode, out=done.stdout, err=done.stderr)

    def remove(self, path: Path | None = None, **environment: str) -> str:
        """What the removing hook reports; it fails if an error leaves the worktree."""
        path = path or self.path
        ended = self.hook("claude-worktree-remove", {"worktree_path": str(path)}, **environment)
        assert ended.out == ""
        assert (ended.status != 0) is ("error: " in ended.err and os.path.lexists(path / ".git")), ended.err
        assert "internal error" not in ended.err
        return ended.err

    def git(self, *arguments: str) -> None:
        """Git in the worktree."""
        self.workshop.git("-C", str(self.path), *arguments)

    def branches(self) -> str:
        """The branches whose names begin with `worktree-`."""
        listed = subprocess.run(
            ["git", "branch", "--list", "--format=%(refname:short)", "worktree-*"],
            cwd=self.workshop.main,
            env=self.workshop.env,
            check=True,
            capture_output=True,
            text=True,
        )
        return listed.stdout.strip()

    def up(self) -> Stack:
        return self.workshop.up(cwd=self.path)


@pytest.fixture
def claude(workshop: Workshop) -> Claude:
    return Claude(workshop)


def things(stack: Stack) -> list[str]:
    """The names of all that the engine has of the stack."""
    return labelled(stack.client, f"{PROJECT}={stack.namespace}")


def starts(stack: Stack) -> dict[str, str]:
    """Service -> the id of its container and when it was started, of those that run."""
    running = [stack.container(service) for service in stack.ids()]
    return {c.name: f"{c.id} {c.attrs['State']['StartedAt']}" for c in running if c.status == "running"}


def remove_here(claude: Claude, *, stop: threading.Event | None = None) -> None:
    """The removal, in this process."""

    def ignore(_: Event) -> None:
        pass

    target = Target(cwd=str(claude.workshop.base), environment=claude.workshop.env, worktree=str(claude.path))
    steps.remove_worktree(target, ignore, stop or threading.Event(), with_git=True)


def killed_before_git_removes(claude: Claude, monkeypatch: pytest.MonkeyPatch) -> None:
    """A removal that ends at once, after the containers were stopped and before git is called."""

    def kill(*_: object, force: bool) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(steps, "remove_with_git", kill)
        with pytest.raises(KeyboardInterrupt):
            remove_here(claude)


def test_clean_worktree_is_removed_with_all_of_its_stacks_and_their_volumes(claude: Claude) -> None:
    workshop = claude.workshop
    write(claude.path, {"api/compose.yaml": one_service("api", "volumes: [data:/data]") + "volumes: {data: {}}\n"})
    claude.git("add", "-A")
    claude.git("commit", "-q", "-m", "api")
    stays, stack, api = workshop.up(), claude.up(), workshop.up(cwd=claude.path / "api")
    reported = claude.remove()
    assert f"the worktree `{claude.path}` was removed" in reported
    assert not claude.path.exists()
    assert (things(stack), things(api)) == ([], [])
    # It has a commit that no other branch has.
    assert claude.branches() == "worktree-oak"
    assert set(stays.ids()) == {"web", "db"}
    assert "nothing to clean" in claude.remove()


@pytest.fixture(scope="module")
def kept(shared: Workshop) -> tuple[Claude, Stack]:
    """A worktree with a stack that runs, which no removal may touch."""
    claude = Claude(shared)
    return claude, claude.up()


def modify(claude: Claude) -> None:
    write(claude.path, {"tracked": "second\n"})


def stage(claude: Claude) -> None:
    modify(claude)
    claude.git("add", "-A")


def leave_untracked(claude: Claude) -> None:
    write(claude.path, {"a": "", "b": ""})


def lock(claude: Claude) -> None:
    claude.git("worktree", "lock", str(claude.path))


def lock_by_this_process(claude: Claude) -> None:
    claude.git("worktree", "lock", "--reason", f"session (pid {os.getpid()})", str(claude.path))


def hide_untracked(claude: Claude) -> None:
    write(claude.path, {"untracked": ""})
    claude.git("config", "status.showUntrackedFiles", "no")


def damage_id(claude: Claude) -> None:
    """In place: the file keeps its inode."""
    file = Path(worktree_at(str(claude.path)).git_dir, "wtc/id")
    file.write_text("?" + file.read_text())


def mend(claude: Claude) -> None:
    claude.git("reset", "-q", "--hard")
    claude.git("clean", "-fdq")
    git_dir = Path(worktree_at(str(claude.path)).git_dir)
    (git_dir / "locked").unlink(missing_ok=True)
    (git_dir / "wtc/id").write_text((git_dir / "wtc/id").read_text().removeprefix("?"))
    subprocess.run(["git", "config", "--unset", "status.showUntrackedFiles"], cwd=claude.workshop.main, check=False)


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        pytest.param(modify, "it has 1 uncommitted change", id="modified"),
        pytest.param(stage, "it has 1 uncommitted change", id="staged"),
        pytest.param(leave_untracked, "it has 2 uncommitted changes", id="untracked"),
        pytest.param(hide_untracked, "it has 1 uncommitted change", id="untracked and not shown"),
        pytest.param(lock, "it is locked in git", id="locked"),
        pytest.param(lock_by_this_process, "it is locked in git", id="locked by a process that lives"),
        pytest.param(damage_id, "cannot read the worktree's id", id="unreadable id"),
    ],
)
def test_worktree_that_may_not_go_is_not_touched(
    kept: tuple[Claude, Stack], spoil: Callable[[Claude], None], reason: str
) -> None:
    claude, stack = kept
    before = starts(stack), things(stack)
    spoil(claude)
    try:
        reported = claude.remove()
        assert reason in reported
        assert f"the worktree `{claude.path}` is kept" in reported
        assert (starts(stack), things(stack)) == before
        assert claude.path.is_dir()
    finally:
        mend(claude)


def test_foreign_container_that_writes_into_a_volume_keeps_the_worktree(kept: tuple[Claude, Stack]) -> None:
    claude, stack = kept
    before = starts(stack), things(stack)
    volume = {f"{stack.namespace}_rows": {"bind": "/rows", "mode": "rw"}}
    foreign = stack.client.containers.run("busybox:1.36", "sleep 1000", detach=True, init=True, volumes=volume)
    try:
        reported = claude.remove()
        assert foreign.name in reported
        assert f"the worktree `{claude.path}` is kept" in reported
        assert (starts(stack), things(stack)) == before
    finally:
        foreign.remove(force=True)


def test_main_worktree_is_not_touched(kept: tuple[Claude, Stack]) -> None:
    claude, _ = kept
    stack = claude.workshop.up()
    before = starts(stack), things(stack)
    assert "it is not a linked worktree" in claude.remove(claude.workshop.main)
    assert (starts(stack), things(stack)) == before


def test_lock_of_a_dead_process_does_not_keep_the_worktree(claude: Claude) -> None:
    stack = claude.up()
    claude.git("worktree", "lock", "--reason", f"session (pid {DEAD})", str(claude.path))
    claude.remove()
    assert not claude.path.exists()
    assert claude.branches() == ""
    assert things(stack) == []


def git_that_refuses(claude: Claude) -> str:
    """A `PATH` with a git that refuses to remove a worktree, and is the real one for everything else."""
    folder = claude.workshop.base / "bin"
    folder.mkdir()
    real = shutil.which("git")
    script = f"""#!/bin/sh
case "$*" in *"worktree remove"*) echo "fatal: refused" >&2; exit 128;; esac
exec {real} "$@"
"""
    (folder / "git").write_text(script)
    (folder / "git").chmod(0o755)
    return f"{folder}:{claude.workshop.env['PATH']}"


def test_what_ran_is_started_again_if_git_refuses(claude: Claude) -> None:
    stack = claude.up()
    claude.workshop.wtc("stop", "web", cwd=claude.path)
    before = things(stack), stack.ids()
    reported = claude.remove(PATH=git_that_refuses(claude))
    assert "fatal: refused" in reported
    assert f"the worktree `{claude.path}` is kept" in reported
    assert (things(stack), stack.ids()) == before
    assert set(starts(stack)) == {f"{stack.namespace}_db"}
    assert recorded_stopped(worktree_at(str(claude.path)).git_dir) == ()


def test_removal_killed_after_the_stop_is_continued(claude: Claude, monkeypatch: pytest.MonkeyPatch) -> None:
    stack = claude.up()
    killed_before_git_removes(claude, monkeypatch)
    assert (starts(stack), set(stack.ids())) == ({}, {"web", "db"})
    claude.remove()
    assert not claude.path.exists()
    assert things(stack) == []


def test_removal_killed_after_the_stop_and_refused_then_starts_what_ran(
    claude: Claude, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack = claude.up()
    killed_before_git_removes(claude, monkeypatch)
    modify(claude)
    assert "it has 1 uncommitted change" in claude.remove()
    assert set(starts(stack)) == {f"{stack.namespace}_web", f"{stack.namespace}_db"}


@pytest.mark.parametrize("command", ["hook", "clean -w", "clean --gone"])
def test_removal_killed_after_git_removed_is_continued(claude: Claude, command: str) -> None:
    stack = claude.up()
    claude.workshop.git("worktree", "remove", str(claude.path))
    match command:
        case "hook":
            claude.remove()
        case "clean -w":
            claude.workshop.wtc("clean", "-y", "-w", str(claude.path))
        case _:
            claude.workshop.wtc("clean", "--gone", "-y")
    assert things(stack) == []


def test_locked_worktree_whose_folder_is_missing_keeps_its_stack(claude: Claude) -> None:
    stack = claude.up()
    before = things(stack)
    claude.git("worktree", "lock", str(claude.path))
    shutil.rmtree(claude.path)
    assert "the worktree is locked in git" in claude.remove()
    assert things(stack) == before


def test_moved_worktree_takes_its_stack_along_when_it_is_removed(claude: Claude) -> None:
    stack = claude.up()
    moved = claude.path.with_name("elm")
    claude.workshop.git("worktree", "move", str(claude.path), str(moved))
    claude.remove(moved)
    assert not moved.exists()
    assert things(stack) == []


def test_worktree_that_wtc_did_not_create_loses_its_stack_alone(workshop: Workshop) -> None:
    claude = Claude(workshop)
    linked = workshop.worktree("theirs")
    stack = workshop.up(cwd=linked)
    write(linked, {"untracked": ""})
    before = starts(stack), things(stack)
    assert "it has 1 uncommitted change" in claude.remove(linked)
    assert (starts(stack), things(stack)) == before
    (linked / "untracked").unlink()
    claude.remove(linked)
    assert things(stack) == []
    assert (linked / "tracked").exists()


def test_folder_that_the_engine_created_again_counts_as_missing(claude: Claude) -> None:
    stack = claude.up()
    claude.workshop.git("worktree", "remove", str(claude.path))
    claude.path.mkdir()
    claude.remove()
    assert things(stack) == []


def test_interrupted_removal_leaves_everything_running(claude: Claude) -> None:
    stack = claude.up()
    before = things(stack), starts(stack)
    stop = threading.Event()
    stop.set()
    with pytest.raises(InterruptedByUserError):
        remove_here(claude, stop=stop)
    assert (things(stack), starts(stack)) == before
    assert claude.path.is_dir()


def remove_in_part(worktree: Worktree, _: object, *, force: bool) -> None:
    """What git does where it cannot delete a file: it forgets the worktree all the same."""
    shutil.rmtree(worktree.git_dir)
    raise WtcError("git did not remove the worktree", causes=["failed to delete: Permission denied"])


def delete_nothing(_common: str, path: str) -> str:
    return f"`{path}/cache`: permission denied"


def test_folder_that_git_does_not_delete_is_deleted_with_the_stack(
    claude: Claude, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack = claude.up()
    with monkeypatch.context() as patch:
        patch.setattr(steps, "remove_with_git", remove_in_part)
        remove_here(claude)
    assert not claude.path.exists()
    assert things(stack) == []


def test_folder_that_is_not_deleted_is_an_error_after_the_stack_is_removed(
    claude: Claude, monkeypatch: pytest.MonkeyPatch
) -> None:
    def remove_all_but_the_folder(worktree: Worktree, environment: object, *, force: bool) -> None:
        (claude.path / ".git").unlink()
        remove_in_part(worktree, environment, force=force)

    stack = claude.up()
    with monkeypatch.context() as patch:
        patch.setattr(steps, "remove_with_git", remove_all_but_the_folder)
        patch.setattr(steps, "delete_worktree", delete_nothing)
        with pytest.raises(WtcError, match="its folder is not deleted"):
            remove_here(claude)
    assert things(stack) == []


def test_files_get_another_owner_only_while_git_would_remove_the_worktree(
    claude: Claude, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A container that stops can still write a file that is not committed."""

    def write_while_stopping(*arguments: Any) -> None:
        stop_stacks(*arguments)
        (claude.path / "late").write_text("x")

    def take_none(*_: object) -> None:
        raise AssertionError("the owners changed")

    stop_stacks = steps.stop_stacks
    stack = claude.up()
    with monkeypatch.context() as patch:
        patch.setattr(steps, "stop_stacks", write_while_stopping)
        patch.setattr(steps, "take_ownership", take_none)
        with pytest.raises(ConflictError, match="and its stack are kept"):
            remove_here(claude)
    assert stack.container("web").status == "running"


def test_folder_that_cannot_be_deleted_keeps_the_stack_until_it_is_gone(
    claude: Claude, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A container's files may belong to another user."""
    stack = claude.up()
    before = things(stack)
    with monkeypatch.context() as patch:
        patch.setattr(steps, "remove_with_git", remove_in_part)
        patch.setattr(steps, "delete_worktree", delete_nothing)
        with pytest.raises(ConflictError) as caught:
            remove_here(claude)
    assert f"`{claude.path}/.git` does not point to a git folder" in caught.value.causes[0]
    assert things(stack) == before
    claude.workshop.wtc("clean", "-y", "-w", str(claude.path), cwd=claude.workshop.base, status=5)
    assert things(stack) == before
    assert f"`{claude.path}/.git` does not point to a git folder" in claude.remove()
    shutil.rmtree(claude.path)
    claude.remove()
    assert things(stack) == []


def test_worktree_under_a_mount_keeps_its_stack(claude: Claude, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is mounted at its folder hides the worktree, which is not gone."""

    def mounted(path: str) -> PathFacts:
        return replace(read_path(path), mounted=True)

    claude.up()
    hidden = claude.path.with_name("hidden")
    claude.path.rename(hidden)
    claude.path.mkdir()
    target = Target(cwd=str(claude.workshop.base), environment=claude.workshop.env, worktree=str(claude.path))
    with monkeypatch.context() as patch:
        patch.setattr(clean, "read_path", mounted)
        found = clean.prepare_clean(target, clean.CleanRequest(scope=Scope.WORKTREE), print)
    assert found.cleanings == ()
    assert [one.why for one in found.left] == ["something is mounted at its folder"]


def test_stack_whose_host_id_was_lost_is_removed_with_its_worktree(claude: Claude) -> None:
    stack = claude.up()
    claude.remove(WTC_CONFIG_DIR=str(claude.workshop.base / "other"))
    assert not claude.path.exists()
    assert things(stack) == []


def test_worktree_with_a_stack_that_is_not_proved_to_be_its_own_stays(claude: Claude) -> None:
    stack = claude.up()
    before = things(stack), starts(stack)
    moved = claude.path.with_name("elm")
    claude.workshop.git("worktree", "move", str(claude.path), str(moved))
    reported = claude.remove(moved, WTC_CONFIG_DIR=str(claude.workshop.base / "other"))
    assert f"it was created at `{claude.path}` on another host" in reported
    assert f"the worktree `{moved}` is kept" in reported
    assert (things(stack), starts(stack)) == before
    assert moved.is_dir()
    claude.workshop.git("worktree", "move", str(moved), str(claude.path))
