"""`GitWorktreeManager`: what each method does, returns and refuses."""

import asyncio
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

import pytest

from tests.worktrees.conftest import Repository
from wtc.worktrees import (
    BranchExistsError,
    GitWorktreeManager,
    NotGitRepositoryError,
    WorktreeCreationError,
    WorktreeError,
    WorktreeInfo,
    WorktreeLockError,
    WorktreeRemovalError,
    WorktreeResult,
)

T = TypeVar("T")


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(coroutine)


@pytest.fixture
def manager(repository: Repository) -> GitWorktreeManager:
    return GitWorktreeManager(repository.main)


@pytest.fixture
def dead_pid() -> int:
    """Return the id of a process that has ended."""
    with subprocess.Popen(["true"]) as process:
        process.wait()
    return process.pid


def created(result: WorktreeResult) -> WorktreeInfo:
    assert (result.success, result.error) == (True, None)
    assert result.worktree
    return result.worktree


@pytest.mark.parametrize(
    ("error", "parent"),
    [
        (NotGitRepositoryError, WorktreeError),
        (WorktreeCreationError, WorktreeError),
        (WorktreeRemovalError, WorktreeError),
        (WorktreeLockError, WorktreeError),
        (BranchExistsError, WorktreeCreationError),
    ],
)
def test_errors_have_one_base_class(error: type[Exception], parent: type[Exception]) -> None:
    assert issubclass(error, parent)


# is_git_repository


def test_folder_with_a_git_folder_or_file_is_a_repository(repository: Repository, manager: GitWorktreeManager) -> None:
    linked = created(run(manager.create_worktree("job"))).path
    assert manager.is_git_repository()
    assert GitWorktreeManager(linked).is_git_repository()
    assert not GitWorktreeManager(repository.main.parent).is_git_repository()


def test_bare_repository_is_a_repository_with_worktrees(repository: Repository, tmp_path: Path) -> None:
    repository.git("clone", "-q", "--bare", str(repository.main), str(tmp_path / "bare"))
    manager = GitWorktreeManager(tmp_path / "bare")
    assert manager.is_git_repository()
    run(manager.create_worktree("job", worktree_base=tmp_path / "jobs"))
    assert [one.branch for one in run(manager.list_worktrees())] == ["(bare)", "wtc/job"]


# create_worktree


def test_worktree_is_created_on_a_new_branch_and_locked(repository: Repository, manager: GitWorktreeManager) -> None:
    commit = repository.commit()
    path = repository.main / ".worktrees/job"
    expected = WorktreeInfo(path=path, branch="wtc/job", commit=commit, locked=True, job_id="job")
    assert created(run(manager.create_worktree("job"))) == expected
    assert run(manager.get_worktree_info(path)) == expected
    assert (path / "tracked").read_text() == "first"
    assert repository.lock_reason(path) == f"pid={os.getpid()} wtc job job"


def test_worktree_has_the_given_source_prefix_and_base(
    repository: Repository, manager: GitWorktreeManager, tmp_path: Path
) -> None:
    first = repository.git("rev-parse", "HEAD").strip()
    repository.git("branch", "release")
    repository.commit()
    info = created(run(manager.create_worktree("job", "release", "jobs", tmp_path / "base", lock=False)))
    assert info == WorktreeInfo(tmp_path / "base/job", "jobs/job", first, locked=False, job_id="job")


def test_branch_of_a_job_does_not_track_its_source(repository: Repository, manager: GitWorktreeManager) -> None:
    repository.git("update-ref", "refs/remotes/origin/main", "HEAD")
    repository.git("config", "remote.origin.url", "/nowhere")
    repository.git("config", "remote.origin.fetch", "+refs/heads/*:refs/remotes/origin/*")
    run(manager.create_worktree("job", "origin/main"))
    assert "branch" not in repository.git("config", "--list", "--local")


@pytest.mark.parametrize("job_id", ["", ".", "a/b", "a\\b", "..", "a..b", "a\0b", "a\nb"])
def test_job_id_that_names_another_folder_is_refused_before_git(
    job_id: str, manager: GitWorktreeManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    for method in (manager.create_worktree, manager.create_worktree_detached):
        with pytest.raises(WorktreeCreationError, match="is not a valid job id"):
            run(method(job_id))


def test_path_that_exists_is_refused(repository: Repository, manager: GitWorktreeManager) -> None:
    kept = repository.main / ".worktrees/job/kept"
    kept.parent.mkdir(parents=True)
    kept.write_text("mine")
    for method in (manager.create_worktree, manager.create_worktree_detached):
        with pytest.raises(WorktreeCreationError, match="exists"):
            run(method("job"))
    assert kept.read_text() == "mine"
    assert repository.branches() == ["main"]


def test_branch_that_exists_is_refused(repository: Repository, manager: GitWorktreeManager) -> None:
    repository.git("branch", "wtc/job")
    with pytest.raises(BranchExistsError, match="the branch `wtc/job` already exists"):
        run(manager.create_worktree("job"))
    assert not (repository.main / ".worktrees").exists()


@pytest.mark.parametrize("source", ["missing", "--force", "-", "HEAD:tracked"])
def test_source_that_is_not_a_commit_is_refused(
    source: str, repository: Repository, manager: GitWorktreeManager
) -> None:
    with pytest.raises(WorktreeCreationError, match="is not a commit"):
        run(manager.create_worktree("job", source))
    assert repository.branches() == ["main"]


@pytest.mark.parametrize("job_id", ["a b", "a~b", "job.lock"])
def test_branch_name_that_git_refuses_leaves_nothing(
    job_id: str, repository: Repository, manager: GitWorktreeManager
) -> None:
    with pytest.raises(WorktreeCreationError, match="was not created"):
        run(manager.create_worktree(job_id))
    assert not (repository.main / ".worktrees" / job_id).exists()


def test_creation_that_a_hook_fails_leaves_neither_worktree_nor_branch(
    repository: Repository, manager: GitWorktreeManager
) -> None:
    hook = repository.main / ".git/hooks/post-checkout"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nexit 3\n")
    hook.chmod(0o755)
    with pytest.raises(WorktreeCreationError, match="was not created"):
        run(manager.create_worktree("job"))
    assert not (repository.main / ".worktrees/job").exists()
    assert repository.branches() == ["main"]
    assert len(run(manager.list_worktrees())) == 1


def test_cancelled_creation_leaves_neither_worktree_nor_branch(
    repository: Repository, manager: GitWorktreeManager, tmp_path: Path
) -> None:
    os.mkfifo(tmp_path / "entered")
    hook = repository.main / ".git/hooks/post-checkout"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\nexec >/dev/null 2>&1\necho > '{tmp_path}/entered'\nexec tail -f /dev/null\n")
    hook.chmod(0o755)

    async def cancel_in_the_hook() -> None:
        task = asyncio.create_task(manager.create_worktree("job"))
        await asyncio.to_thread((tmp_path / "entered").read_text)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    run(cancel_in_the_hook())
    hook.unlink()
    assert repository.branches() == ["main"]
    assert created(run(manager.create_worktree("job"))).job_id == "job"


@pytest.mark.parametrize("cancellations", [1, 3])
def test_cancelled_checkout_has_ended_with_its_processes_and_leaves_nothing(
    cancellations: int, repository: Repository, manager: GitWorktreeManager, tmp_path: Path
) -> None:
    """The process that git starts goes on after git has ended, and writes into the folder."""
    os.mkfifo(tmp_path / "entered")
    script = f"#!/bin/sh\ntrap '' HUP\necho $$ > '{tmp_path}/entered'\nwhile :; do mkdir -p late; touch late/$$; done\n"
    (tmp_path / "filter").write_text(script)
    (tmp_path / "filter").chmod(0o755)
    repository.git("config", "filter.slow.smudge", str(tmp_path / "filter"))
    (repository.main / ".gitattributes").write_text("tracked filter=slow\n")
    repository.git("add", ".gitattributes")
    repository.commit()

    async def cancel_in_the_checkout() -> int:
        task = asyncio.create_task(manager.create_worktree("job"))
        pid = int(await asyncio.to_thread((tmp_path / "entered").read_text))
        for _ in range(cancellations):
            task.cancel()
            await asyncio.sleep(0)
        with pytest.raises(asyncio.CancelledError):
            await task
        return pid

    pid = run(cancel_in_the_checkout())
    state = Path(f"/proc/{pid}/stat")
    assert not state.exists() or state.read_text().rpartition(")")[2].split()[0] == "Z"
    assert list((repository.main / ".worktrees").iterdir()) == []
    assert repository.branches() == ["main"]
    repository.git("config", "--unset", "filter.slow.smudge")
    assert created(run(manager.create_worktree("job"))).job_id == "job"


def test_cancelled_removal_of_a_clean_worktree_is_completed(
    repository: Repository, manager: GitWorktreeManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = created(run(manager.create_worktree("job"))).path
    start = asyncio.create_subprocess_exec
    tasks: list[asyncio.Task[WorktreeResult]] = []

    async def cancel_at_the_removal(*command: str, **options: Any) -> asyncio.subprocess.Process:
        if "remove" in command:
            tasks[0].cancel()
        return await start(*command, **options)

    async def remove() -> None:
        tasks.append(asyncio.create_task(manager.remove_worktree(path, force=False)))
        with pytest.raises(asyncio.CancelledError):
            await tasks[0]

    monkeypatch.setattr(asyncio, "create_subprocess_exec", cancel_at_the_removal)
    run(remove())
    monkeypatch.undo()
    assert not path.exists()
    assert "job" not in repository.git("worktree", "list")


def test_path_of_a_missing_worktree_is_refused_and_its_entry_stays(manager: GitWorktreeManager) -> None:
    path = created(run(manager.create_worktree("job", lock=False))).path
    shutil.rmtree(path)
    with pytest.raises(WorktreeCreationError, match="which is missing"):
        run(manager.create_worktree_detached("job"))
    assert path in [one.path for one in run(manager.list_worktrees())]


def test_existing_branch_is_an_error_with_the_command_that_deletes_it(manager: GitWorktreeManager) -> None:
    run(manager.remove_worktree(created(run(manager.create_worktree("job"))).path))
    with pytest.raises(BranchExistsError) as caught:
        run(manager.create_worktree("job"))
    assert caught.value.hints == ("to delete the branch, if its commits are merged, run `git branch -d wtc/job`",)


def test_git_that_a_signal_ends_is_reported_with_the_signal(
    repository: Repository, manager: GitWorktreeManager, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "git").write_text("#!/bin/sh\necho 'Preparing worktree' >&2\nkill -INT $$\n")
    (tmp_path / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with pytest.raises(WorktreeError) as caught:
        run(GitWorktreeManager(repository.main).list_worktrees())
    assert caught.value.causes == ("git was ended by SIGINT",)


@pytest.mark.parametrize("prefix", ["wtc", "team/wtc"])
def test_created_worktree_equals_the_listed_one(prefix: str, repository: Repository, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(repository.main)
    manager = GitWorktreeManager(tmp_path / "link")
    worktree = created(run(manager.create_worktree("job", branch_prefix=prefix)))
    assert worktree.job_id == "job"
    assert run(manager.get_worktree_info(worktree.path)) == worktree
    assert worktree in run(manager.list_worktrees())


@pytest.mark.parametrize(
    ("branch", "job_id"), [("wtc/feature/sub", "feature/sub"), ("main", "main"), ("(detached)", "folder")]
)
def test_job_id_of_an_info_is_derived_from_its_branch(branch: str, job_id: str) -> None:
    assert WorktreeInfo(Path("/at/folder"), branch, "", locked=False).job_id == job_id


def test_folder_that_is_not_a_repository_is_refused_by_every_method(tmp_path: Path) -> None:
    manager = GitWorktreeManager(tmp_path)
    assert not manager.is_git_repository()
    for coroutine in (
        manager.create_worktree("job"),
        manager.create_worktree_detached("job"),
        manager.remove_worktree(tmp_path / "job"),
        manager.lock_worktree(tmp_path / "job"),
        manager.unlock_worktree(tmp_path / "job"),
        manager.list_worktrees(),
        manager.get_worktree_info(tmp_path / "job"),
        manager.prune_orphaned(),
    ):
        with pytest.raises(NotGitRepositoryError):
            run(coroutine)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", ["gitdir: /nowhere\n", "not a git file\n"])
def test_broken_git_file_is_an_error(content: str, tmp_path: Path) -> None:
    (tmp_path / ".git").write_text(content)
    manager = GitWorktreeManager(tmp_path)
    assert manager.is_git_repository()
    with pytest.raises(NotGitRepositoryError):
        run(manager.list_worktrees())


def test_missing_git_is_an_error(manager: GitWorktreeManager, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(WorktreeCreationError) as raised:
        run(manager.create_worktree("job"))
    assert raised.value.causes == ("git is not installed",)


# create_worktree_detached


def test_any_number_of_detached_worktrees_start_from_one_commit(
    repository: Repository, manager: GitWorktreeManager
) -> None:
    commit = repository.git("rev-parse", "HEAD").strip()
    found = [created(run(manager.create_worktree_detached(name, "main"))) for name in ("one", "two words")]
    assert [(i.branch, i.commit, i.locked, i.job_id) for i in found] == [
        ("(detached)", commit, True, "one"),
        ("(detached)", commit, True, "two words"),
    ]
    assert run(manager.list_worktrees())[1:] == found
    assert repository.branches() == ["main"]


# remove_worktree


def test_worktree_is_removed_with_its_lock_its_changes_and_its_branch(
    repository: Repository, manager: GitWorktreeManager
) -> None:
    info = created(run(manager.create_worktree("job")))
    (info.path / "tracked").write_text("changed")
    (info.path / "new").write_text("new")
    assert created(run(manager.remove_worktree(info.path, delete_branch=True))) == info
    assert not info.path.exists()
    assert repository.branches() == ["main"]


def test_branch_is_kept_unless_its_deletion_is_requested(repository: Repository, manager: GitWorktreeManager) -> None:
    info = created(run(manager.create_worktree("job")))
    run(manager.remove_worktree(info.path))
    assert repository.branches() == ["main", "wtc/job"]


def test_branch_with_its_own_commits_is_kept_without_force(repository: Repository, manager: GitWorktreeManager) -> None:
    info = created(run(manager.create_worktree("job")))
    repository.commit(info.path)
    result = run(manager.remove_worktree(info.path, force=False, delete_branch=True))
    assert (result.success, not info.path.exists(), repository.branches()) == (True, True, ["main", "wtc/job"])
    assert "the branch `wtc/job` was not deleted" in (result.error or "")


def test_removal_of_a_missing_worktree_succeeds(repository: Repository, manager: GitWorktreeManager) -> None:
    info = created(run(manager.create_worktree("job")))
    shutil.rmtree(info.path)
    assert run(manager.remove_worktree(info.path)).success
    assert run(manager.remove_worktree(info.path)) == WorktreeResult(success=True)
    assert run(manager.remove_worktree(repository.main / ".worktrees/never")) == WorktreeResult(success=True)
    assert len(run(manager.list_worktrees())) == 1


def test_worktree_with_changes_is_kept_and_locked_without_force(
    repository: Repository, manager: GitWorktreeManager
) -> None:
    info = created(run(manager.create_worktree("job")))
    (info.path / "new").write_text("new")
    with pytest.raises(WorktreeRemovalError, match="was not removed"):
        run(manager.remove_worktree(info.path, force=False))
    assert (info.path / "new").read_text() == "new"
    assert repository.lock_reason(info.path) == f"pid={os.getpid()} wtc job job"


def test_worktree_with_the_lock_of_another_process_is_kept_without_force(
    repository: Repository, manager: GitWorktreeManager
) -> None:
    info = created(run(manager.create_worktree("job", lock=False)))
    for reason in ("on a stick", f"pid={os.getppid()}", ""):
        run(manager.lock_worktree(info.path, reason))
        with pytest.raises(WorktreeRemovalError) as raised:
            run(manager.remove_worktree(info.path, force=False))
        assert raised.value.causes == (f"it is locked: {reason}" if reason else "it is locked",)
        assert repository.lock_reason(info.path) == reason
        run(manager.unlock_worktree(info.path))


def test_lock_of_a_dead_process_does_not_prevent_removal_without_force(
    manager: GitWorktreeManager, dead_pid: int
) -> None:
    info = created(run(manager.create_worktree("job", lock=False)))
    run(manager.lock_worktree(info.path, f"pid={dead_pid}"))
    assert run(manager.remove_worktree(info.path, force=False)).success
    assert not info.path.exists()


def test_main_worktree_and_other_folders_are_never_removed(
    repository: Repository, manager: GitWorktreeManager, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    linked = created(run(manager.create_worktree("job"))).path
    (linked / "sub").mkdir()
    for path, reason in [
        (repository.main, "is the main worktree"),
        (other, "is not a worktree of"),
        (linked / "sub", "is not a worktree of"),
    ]:
        with pytest.raises(WorktreeRemovalError, match=reason):
            run(manager.remove_worktree(path))
        assert path.is_dir()
    with pytest.raises(WorktreeRemovalError, match="is the main worktree"):
        run(GitWorktreeManager(linked).remove_worktree(repository.main))


@pytest.mark.parametrize("content", [None, "gitdir: /nowhere\n", "broken"])
def test_worktree_that_git_cannot_remove_is_deleted_with_only_its_entry(
    content: str | None, repository: Repository, manager: GitWorktreeManager
) -> None:
    info, unmounted = (created(run(manager.create_worktree(name, lock=False))) for name in ("job", "unmounted"))
    shutil.rmtree(unmounted.path)
    (info.path / ".git").unlink()
    if content:
        (info.path / ".git").write_text(content)
    assert run(manager.remove_worktree(info.path)).success
    assert not info.path.exists()
    assert [one.job_id for one in run(manager.list_worktrees())] == ["main", "unmounted"]


def test_another_repository_at_the_path_of_a_worktree_is_kept(
    repository: Repository, manager: GitWorktreeManager
) -> None:
    info = created(run(manager.create_worktree("job")))
    shutil.rmtree(info.path)
    repository.git("clone", "-q", str(repository.main), str(info.path))
    with pytest.raises(WorktreeRemovalError) as raised:
        run(manager.remove_worktree(info.path))
    assert f"`{info.path}` contains another repository" in raised.value.causes
    assert (info.path / ".git/HEAD").exists()


def test_read_only_folders_are_removed(manager: GitWorktreeManager) -> None:
    info = created(run(manager.create_worktree("job")))
    cache = info.path / "cache/module"
    cache.mkdir(parents=True)
    (cache / "file").write_text("")
    for folder in (cache, cache.parent):
        folder.chmod(stat.S_IRUSR | stat.S_IXUSR)
    assert run(manager.remove_worktree(info.path)).success
    assert not info.path.exists()


def test_removal_through_a_symbolic_link_removes_its_target(manager: GitWorktreeManager, tmp_path: Path) -> None:
    info = created(run(manager.create_worktree("job")))
    (tmp_path / "link").symlink_to(info.path)
    assert created(run(manager.remove_worktree(tmp_path / "link"))) == info
    assert not info.path.exists()


# lock_worktree, unlock_worktree


def test_lock_and_unlock_succeed_if_there_is_nothing_to_do(repository: Repository, manager: GitWorktreeManager) -> None:
    info = created(run(manager.create_worktree("job", lock=False)))
    assert created(run(manager.unlock_worktree(info.path))).locked is False
    assert created(run(manager.lock_worktree(info.path, "first"))).locked is True
    assert created(run(manager.lock_worktree(info.path, "second"))).locked is True
    assert repository.lock_reason(info.path) == "first"
    assert created(run(manager.unlock_worktree(info.path))).locked is False
    gone = repository.main / ".worktrees/gone"
    assert run(manager.lock_worktree(gone)) == WorktreeResult(success=True)
    assert run(manager.unlock_worktree(gone)) == WorktreeResult(success=True)


def test_lock_without_a_reason_names_the_job_and_this_process(
    repository: Repository, manager: GitWorktreeManager
) -> None:
    info = created(run(manager.create_worktree("job", lock=False)))
    run(manager.lock_worktree(info.path))
    assert repository.lock_reason(info.path) == f"pid={os.getpid()} wtc job job"


def test_lock_of_a_dead_process_is_taken_over(
    repository: Repository, manager: GitWorktreeManager, dead_pid: int
) -> None:
    info = created(run(manager.create_worktree("job", lock=False)))
    run(manager.lock_worktree(info.path, f"run pid={dead_pid}"))
    assert created(run(manager.lock_worktree(info.path, "mine"))).locked
    assert repository.lock_reason(info.path) == "mine"


def test_job_id_cannot_name_the_process_of_its_lock(repository: Repository, manager: GitWorktreeManager) -> None:
    info = created(run(manager.create_worktree("pid=999999999")))
    run(manager.lock_worktree(info.path, "mine"))
    assert repository.lock_reason(info.path).startswith(f"pid={os.getpid()} ")


def test_main_worktree_and_other_folders_cannot_be_locked(repository: Repository, manager: GitWorktreeManager) -> None:
    for path in (repository.main, repository.main.parent):
        for method in (manager.lock_worktree, manager.unlock_worktree):
            with pytest.raises(WorktreeLockError):
                run(method(path))


# list_worktrees, get_worktree_info


def test_job_ids_are_the_branches_without_their_prefix(repository: Repository, manager: GitWorktreeManager) -> None:
    base = repository.main.parent
    for branch in ("wtc/feature/sub", "wtc2/b", "plain"):
        repository.git("worktree", "add", "-q", "-b", branch, str(base / branch.replace("/", "-")))
    found = run(manager.list_worktrees())
    assert [(one.branch, one.job_id) for one in found] == [
        ("main", "main"),
        ("plain", "plain"),
        ("wtc/feature/sub", "feature/sub"),
        ("wtc2/b", "b"),
    ]
    assert [one.branch for one in run(manager.list_worktrees(prefix_filter="wtc"))] == ["wtc/feature/sub"]
    assert [one.job_id for one in run(manager.list_worktrees("wtc/feature"))] == ["sub"]


def test_paths_with_line_breaks_are_listed(repository: Repository, manager: GitWorktreeManager) -> None:
    base = repository.main.parent / "a\nlocked b"
    info = created(run(manager.create_worktree("job", worktree_base=base, lock=False)))
    assert run(manager.get_worktree_info(info.path)) == info


def test_repository_without_a_commit_is_listed(tmp_path: Path, repository: Repository) -> None:
    repository.git("init", "-q", "-b", "main", str(tmp_path / "new"))
    manager = GitWorktreeManager(tmp_path / "new")
    assert run(manager.list_worktrees()) == [WorktreeInfo(tmp_path / "new", "main", "", locked=False, job_id="main")]
    with pytest.raises(WorktreeCreationError, match="`HEAD` is not a commit"):
        run(manager.create_worktree("job"))


def test_info_of_a_path_that_git_does_not_list_is_none(repository: Repository, manager: GitWorktreeManager) -> None:
    assert run(manager.get_worktree_info(repository.main.parent)) is None


# prune_orphaned


def test_entries_of_missing_worktrees_are_pruned(
    repository: Repository, manager: GitWorktreeManager, dead_pid: int
) -> None:
    paths = {name: created(run(manager.create_worktree(name, lock=False))).path for name in ("gone", "stale", "kept")}
    other = created(run(manager.create_worktree("other", branch_prefix="jobs", lock=False))).path
    locked = created(run(manager.create_worktree("locked"))).path
    run(manager.lock_worktree(paths["stale"], f"pid={dead_pid}"))
    run(manager.unlock_worktree(locked))
    run(manager.lock_worktree(locked, "on an external disk"))
    job = created(run(manager.create_worktree("job"))).path
    for path in (paths["gone"], paths["stale"], other, locked, job):
        shutil.rmtree(path)
    expected = sorted(str(path) for path in (paths["gone"], paths["stale"], job))
    assert run(manager.prune_orphaned(dry_run=True)) == expected
    assert run(manager.prune_orphaned()) == expected
    assert run(manager.prune_orphaned()) == []
    assert [one.job_id for one in run(manager.list_worktrees())] == ["main", "kept", "locked", "other"]
    assert run(manager.prune_orphaned(None)) == [str(other)]
    assert "wtc/gone" in repository.branches()


# Many at once

JOBS = """
import asyncio, sys
from pathlib import Path
from wtc.worktrees import GitWorktreeManager

async def job(manager, name, detached):
    create = manager.create_worktree_detached if detached else manager.create_worktree
    path = (await create(name)).worktree.path
    assert await manager.get_worktree_info(path)
    await manager.lock_worktree(path)
    await manager.unlock_worktree(path)
    await manager.list_worktrees("wtc")
    await manager.prune_orphaned()
    assert (await manager.remove_worktree(path, delete_branch=True)).error is None

async def main(repository, process):
    manager = GitWorktreeManager(Path(repository))
    await asyncio.gather(*(job(manager, f"{process}-{n}", n % 2) for n in range(10)))

asyncio.run(main(*sys.argv[1:]))
"""


def test_fifty_jobs_of_one_repository_at_once_neither_fail_nor_leave_anything(
    repository: Repository, manager: GitWorktreeManager
) -> None:
    started = [
        subprocess.Popen([sys.executable, "-c", JOBS, str(repository.main), str(number)], stderr=subprocess.PIPE)
        for number in range(5)
    ]
    errors = [process.communicate()[1].decode() for process in started]
    assert [(process.returncode, error) for process, error in zip(started, errors, strict=True)] == [(0, "")] * 5
    assert len(run(manager.list_worktrees())) == 1
    assert repository.branches() == ["main"]
    assert list((repository.main / ".worktrees").iterdir()) == []
    assert list((repository.main / ".git").rglob("*.lock")) == []
