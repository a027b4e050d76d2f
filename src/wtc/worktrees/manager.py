"""`GitWorktreeManager`: create, list, lock and remove git worktrees, from programs that run many jobs at once."""

import os
import shlex
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from wtc.model.identity import Lock, Presence
from wtc.worktrees.delete_worktree import delete_worktree
from wtc.worktrees.errors import (
    BranchExistsError,
    WorktreeCreationError,
    WorktreeError,
    WorktreeLockError,
    WorktreeRemovalError,
)
from wtc.worktrees.git.parse_list import ListedWorktree
from wtc.worktrees.git.run_git import NoGitError, complete, complete_in_thread
from wtc.worktrees.identity_facts import lock_pid, lock_state, read_path
from wtc.worktrees.job_id import job_id_problem, job_reason, locked_job
from wtc.worktrees.locate import Worktree, linked_worktrees
from wtc.worktrees.repository import Repository, find_in_list, is_on_prefix, is_repository
from wtc.worktrees.worktree_info import BARE, DETACHED, WorktreeInfo, WorktreeResult, job_id_of_branch

FOLDER = ".worktrees"
"""The default folder for new worktrees, in the repository."""


class GitWorktreeManager:
    """Creates, lists, locks and removes the worktrees of one repository.

    Any number of tasks and processes can use a repository at the same time: each holds the repository's lock while git
    writes. git runs with `environment` (default: that of the process), without the variables of a git hook.
    """

    def __init__(self, repo_path: Path, *, environment: Mapping[str, str] | None = None) -> None:
        self.repo_path = Path(os.path.abspath(repo_path))
        self._repository = Repository(self.repo_path, os.environ if environment is None else environment)

    def is_git_repository(self) -> bool:
        """Return whether the folder is the top of a worktree (its `.git` may be a file) or a bare repository."""
        return is_repository(self.repo_path)

    async def create_worktree(
        self,
        job_id: str,
        source_branch: str | None = None,
        branch_prefix: str = "wtc",
        worktree_base: Path | None = None,
        lock: bool = True,  # noqa: FBT001, FBT002 - the interface of the programs that call it
    ) -> WorktreeResult:
        """Create `<worktree_base or repo/.worktrees>/<job_id>` on the new branch `<branch_prefix>/<job_id>`.

        The branch starts at `source_branch` (any revision), else at HEAD, and has no upstream. With `lock` the worktree
        is locked, with a reason that names the job and this process.

        Raises:
            BranchExistsError: the branch already exists.
            WorktreeCreationError: the job id is not valid, the path exists, or git failed; nothing remains.
            NotGitRepositoryError: `repo_path` is not a repository.
        """
        reason = job_reason(job_id) if lock else None
        return await self.add(job_id, source_branch, worktree_base, branch=f"{branch_prefix}/{job_id}", reason=reason)

    async def create_worktree_detached(
        self,
        job_id: str,
        source_ref: str | None = None,
        worktree_base: Path | None = None,
        lock: bool = True,  # noqa: FBT001, FBT002 - the interface of the programs that call it
    ) -> WorktreeResult:
        """Create the worktree with a detached HEAD at `source_ref`, so that several can start from one commit.

        Raises:
            WorktreeCreationError: the job id is not valid, the path exists, or git failed; nothing remains.
            NotGitRepositoryError: `repo_path` is not a repository.
        """
        return await self.add(job_id, source_ref, worktree_base, reason=job_reason(job_id) if lock else None)

    async def add(
        self, name: str, source: str | None, base: Path | None, *, branch: str = "", reason: str | None = None
    ) -> WorktreeResult:
        """Create a worktree on a new branch, or with a detached HEAD; with `reason`, lock it.

        Raises:
            WorktreeCreationError: as `create_worktree`.
            NotGitRepositoryError: `repo_path` is not a repository.
        """
        if problem := job_id_problem(name):
            raise WorktreeCreationError(f"`{name!r:.80}` is not a valid job id", causes=[problem])
        common = self._repository.common()
        path = os.path.join(os.path.realpath(base or self.repo_path / FOLDER), name)
        async with self._repository.writes(common, WorktreeCreationError, f"the worktree `{path}` was not created"):
            if os.path.lexists(path):
                raise WorktreeCreationError(f"`{path}` already exists")
            if any(one.path == path for one in linked_worktrees(Worktree(path=path, common=common))):
                raise WorktreeCreationError(f"git lists a worktree at `{path}`, which is missing")
            if branch and await self._repository.has_branch(branch):
                raise _branch_exists(branch)
            commit = await self._repository.commit(source or "HEAD")
            head = ["-b", branch] if branch else ["--detach"]
            locked = ["--lock", "--reason", reason] if reason is not None else []
            # The folder is created first: what is in it after a failure is then this call's, and can be deleted.
            os.makedirs(os.path.dirname(path), exist_ok=True)
            os.mkdir(path)
            try:
                await self._repository.git("worktree", "add", *head, *locked, "--", path, commit)
            except BaseException:
                await complete_in_thread(self._undo, common, path, branch, commit)
                raise
            entry = ListedWorktree(path=path, commit=commit, branch=branch, lock_reason=reason)
        return WorktreeResult(success=True, worktree=_info(entry, prefix=branch.removesuffix(f"/{name}")))

    async def remove_worktree(
        self,
        worktree_path: Path,
        force: bool = True,  # noqa: FBT001, FBT002 - the interface of the programs that call it
        delete_branch: bool = False,  # noqa: FBT001, FBT002
    ) -> WorktreeResult:
        """Unlock and remove a linked worktree. If git fails, delete its folder and its entry.

        It is not an error if the worktree does not exist. Without `force`, a worktree with uncommitted changes or with
        the lock of another process is not removed, and `delete_branch` keeps an unmerged branch and sets `error`.

        Raises:
            WorktreeRemovalError: it is the main worktree, not a worktree of this repository, or was not removed.
            NotGitRepositoryError: `repo_path` is not a repository.
        """
        common = self._repository.common()
        path = os.path.realpath(worktree_path)
        error = None
        async with self._repository.writes(common, WorktreeRemovalError, f"the worktree `{path}` was not removed"):
            entry = await self._repository.linked(path, WorktreeRemovalError)
            if entry is None:
                return WorktreeResult(success=True)
            if force:
                await self._remove_anyway(common, entry)
            else:
                await self._remove_clean(entry)
            if delete_branch and entry.branch:
                error = await self._delete_branch(entry.branch, "-D" if force else "-d")
        return WorktreeResult(success=True, worktree=_info(entry), error=error)

    async def lock_worktree(self, path: Path, reason: str | None = None) -> WorktreeResult:
        """Lock a worktree, also if a dead process has it locked. It is not an error if it is locked or does not exist.

        Raises:
            WorktreeLockError: it is the main worktree or not a worktree of this repository, or git failed.
            NotGitRepositoryError: `repo_path` is not a repository.
        """
        place, common = os.path.realpath(path), self._repository.common()
        async with self._repository.writes(common, WorktreeLockError, f"the worktree `{place}` was not locked"):
            entry = await self._repository.linked(place, WorktreeLockError)
            if entry is None:
                return WorktreeResult(success=True)
            if _lock(entry) in {Lock.STALE, Lock.WTC}:
                await self._repository.git("worktree", "unlock", entry.path)
            if _lock(entry) is not Lock.LIVE:
                why = job_reason(_info(entry).job_id) if reason is None else reason
                await self._repository.git("worktree", "lock", "--reason", why, entry.path)
            entry = await self._repository.linked(place, WorktreeLockError)
        return WorktreeResult(success=True, worktree=_info(entry) if entry else None)

    async def unlock_worktree(self, path: Path) -> WorktreeResult:
        """Unlock a worktree. It is not an error if it is not locked or does not exist.

        Raises:
            WorktreeLockError: it is the main worktree or not a worktree of this repository, or git failed.
            NotGitRepositoryError: `repo_path` is not a repository.
        """
        place, common = os.path.realpath(path), self._repository.common()
        async with self._repository.writes(common, WorktreeLockError, f"the worktree `{place}` was not unlocked"):
            entry = await self._repository.linked(place, WorktreeLockError)
            if entry and entry.lock_reason is not None:
                await self._repository.git("worktree", "unlock", entry.path)
                entry = await self._repository.linked(place, WorktreeLockError)
        return WorktreeResult(success=True, worktree=_info(entry) if entry else None)

    async def list_worktrees(self, prefix_filter: str | None = None) -> list[WorktreeInfo]:
        """List the worktrees, the main one first; with `prefix_filter`, only those on branches `<prefix_filter>/...`.

        Raises:
            WorktreeError: git failed.
            NotGitRepositoryError: `repo_path` is not a repository.
        """
        entries = await self._repository.listing()
        return [_info(entry, prefix=prefix_filter) for entry in entries if is_on_prefix(entry, prefix_filter)]

    async def get_worktree_info(self, path: Path) -> WorktreeInfo | None:
        """Return the worktree whose top is `path`; None if git lists none there.

        Raises:
            WorktreeError: git failed.
            NotGitRepositoryError: `repo_path` is not a repository.
        """
        entry = find_in_list(os.path.realpath(path), await self._repository.listing())
        return _info(entry) if entry else None

    async def prune_orphaned(
        self,
        prefix_filter: str | None = "wtc",
        dry_run: bool = False,  # noqa: FBT001, FBT002 - the interface of the programs that call it
    ) -> list[str]:
        """Remove git's entries of worktrees whose folder is missing, and return their paths; keep the branches.

        Only those on branches `<prefix_filter>/...`; None or empty means all. A locked worktree is kept, unless a job
        locked it (as `create_worktree` does), or the process that locked it is dead. With `dry_run` nothing is removed.

        Raises:
            WorktreeError: git failed.
            NotGitRepositoryError: `repo_path` is not a repository.
        """
        common = self._repository.common()
        async with self._repository.writes(common, WorktreeError, "not all of the worktrees were pruned"):
            linked = (await self._repository.listing())[1:]
            gone = [e for e in linked if is_on_prefix(e, prefix_filter) and _is_orphaned(e)]
            for entry in gone if not dry_run else ():
                await self._repository.git("worktree", "remove", "--force", "--force", entry.path)
        return [entry.path for entry in gone]

    async def _remove_anyway(self, common: str, entry: ListedWorktree) -> None:
        import asyncio

        try:
            await self._repository.git("worktree", "remove", "--force", "--force", entry.path)
        except NoGitError as error:
            if left := await asyncio.to_thread(delete_worktree, common, entry.path):
                raise WorktreeRemovalError(
                    f"the worktree `{entry.path}` was not removed", causes=[str(error), left]
                ) from error

    async def _remove_clean(self, entry: ListedWorktree) -> None:
        reason = entry.lock_reason
        if reason is not None and _lock(entry) is Lock.LIVE and lock_pid(reason) != os.getpid():
            why = f"it is locked: {reason}" if reason else "it is locked"
            raise WorktreeRemovalError(f"the worktree `{entry.path}` was not removed", causes=[why])
        if reason is not None:
            await self._repository.git("worktree", "unlock", entry.path)
        try:
            # A folder that git has deleted in part would have changes, and would stay.
            await complete(self._repository.git("worktree", "remove", entry.path))
        except BaseException:
            if reason is not None:
                with suppress(NoGitError):
                    await self._repository.git("worktree", "lock", "--reason", reason, entry.path)
            raise

    async def _delete_branch(self, branch: str, option: str) -> str | None:
        """Delete the branch. Return why it was not deleted; None if it was."""
        try:
            await self._repository.git("branch", option, "--", branch)
        except NoGitError as error:
            return f"the branch `{branch}` was not deleted: {error}"
        return None

    def _undo(self, common: str, path: str, branch: str, commit: str) -> None:
        """Remove what a failed creation left: the worktree, and the branch if it has no new commits."""
        delete_worktree(common, path)
        if branch:
            with suppress(NoGitError):
                self._repository.git_now("update-ref", "-d", f"refs/heads/{branch}", commit)


def _branch_exists(branch: str) -> BranchExistsError:
    hint = f"to delete the branch, if its commits are merged, run `git branch -d {shlex.quote(branch)}`"
    return BranchExistsError(f"the branch `{branch}` already exists", hints=[hint])


def _is_orphaned(entry: ListedWorktree) -> bool:
    kept = _lock(entry) is Lock.LIVE and not locked_job(entry.lock_reason or "")
    return not kept and read_path(entry.path).presence is Presence.MISSING


def _lock(entry: ListedWorktree) -> Lock:
    return Lock.NONE if entry.lock_reason is None else lock_state(entry.lock_reason)


def _info(entry: ListedWorktree, *, prefix: str | None = None) -> WorktreeInfo:
    detached = BARE if entry.bare else DETACHED
    job = locked_job(entry.lock_reason or "")
    # A prefix may have several components, as in `team/wtc/job`.
    job_id = job if entry.branch.endswith(f"/{job}") else ""
    return WorktreeInfo(
        path=Path(entry.path),
        branch=entry.branch or detached,
        commit=entry.commit,
        locked=entry.lock_reason is not None,
        job_id=job_id or (job_id_of_branch(entry.branch, prefix) if entry.branch else ""),
    )
