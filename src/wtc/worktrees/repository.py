"""Run git in a repository for `GitWorktreeManager`, under the repository's lock where git writes."""

import os
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from wtc.errors import WtcError
from wtc.worktrees.errors import NotGitRepositoryError, WorktreeCreationError, WorktreeError
from wtc.worktrees.git.git_lock import git_lock_async
from wtc.worktrees.git.parse_list import ListedWorktree, parse_worktree_list
from wtc.worktrees.git.run_git import WORK_S, NoGitError, git, git_async
from wtc.worktrees.locate import read_link_file, worktree_at

_USAGE = 129
"""git's exit status for an unknown option."""


class Repository:
    """The repository whose top or bare folder is at an absolute path."""

    def __init__(self, path: Path, environment: Mapping[str, str]) -> None:
        self.path = path
        self._environment = environment

    async def git(self, *arguments: str, accepted: Sequence[int] = (0,)) -> str:
        """Run git in the repository and return its standard output. Raises NoGitError."""
        return await git_async(str(self.path), arguments, self._environment, accepted=tuple(accepted))

    def git_now(self, *arguments: str) -> str:
        """Return what git prints, for a caller in a thread. Raises NoGitError."""
        return git(str(self.path), arguments, self._environment, limit_s=WORK_S)

    @asynccontextmanager
    async def writes(self, common: str, failure: type[WorktreeError], message: str) -> AsyncGenerator[None]:
        """Hold the repository's lock.

        Raises:
            WorktreeError: `failure` with `message`, if git fails or a file cannot be written.
        """
        try:
            async with git_lock_async(common):
                yield
        except NoGitError as error:
            raise failure(message, causes=[str(error)]) from error
        except OSError as error:
            why = (error.strerror or str(error)).lower()
            raise failure(message, causes=[f"`{error.filename}`: {why}" if error.filename else why]) from error

    async def linked(self, path: str, failure: type[WorktreeError]) -> ListedWorktree | None:
        """Return the linked worktree at a real path; None if it does not exist.

        Raises:
            WorktreeError: `failure`, if the path is the main worktree or something else.
        """
        entries = await self.listing()
        entry = find_in_list(path, entries)
        if entry and entry is entries[0]:
            raise failure(f"`{path}` is the main worktree")
        if entry is None and os.path.lexists(path):
            raise failure(f"`{path}` is not a worktree of `{self.path}`")
        return entry

    async def listing(self) -> tuple[ListedWorktree, ...]:
        """Return the worktrees, the main one first.

        Raises:
            WorktreeError: git failed.
            NotGitRepositoryError: the path is not a repository.
        """
        self.common()
        command = ("worktree", "list", "--porcelain")
        try:
            # Source: release notes of git 2.36. Without `-z` a path with a line break is truncated.
            output, separator = await self.git(*command, "-z", accepted=(0, _USAGE)), "\0"
            if not output:
                output, separator = await self.git(*command), "\n"
        except NoGitError as error:
            raise WorktreeError(f"cannot list the worktrees of `{self.path}`", causes=[str(error)]) from error
        return parse_worktree_list(output, separator=separator)

    async def has_branch(self, branch: str) -> bool:
        """Return whether the branch exists. Raises NoGitError."""
        found = await self.git("for-each-ref", "--format=%(refname)", f"refs/heads/{branch}")
        return f"refs/heads/{branch}" in found.splitlines()

    async def commit(self, revision: str) -> str:
        """Return the hash of the commit.

        Raises:
            WorktreeCreationError: the revision does not name a commit.
        """
        try:
            output = await self.git("rev-parse", "--verify", "--end-of-options", f"{revision}^{{commit}}")
        except NoGitError as error:
            raise WorktreeCreationError(f"`{revision}` is not a commit", causes=[str(error)]) from error
        return output.strip()

    def common(self) -> str:
        """Return the common git folder, without starting git.

        Raises:
            NotGitRepositoryError: the path is not a repository.
        """
        place = str(self.path)
        try:
            found = worktree_at(place).common
        except WtcError as error:
            raise NotGitRepositoryError(error.message, causes=error.causes, hints=error.hints) from error
        if not found and is_repository(self.path):
            # A submodule, or a bare repository.
            found = read_link_file(os.path.join(place, ".git"), "gitdir: ", place) or os.path.realpath(place)
        if not found or not os.path.lexists(os.path.join(found, "HEAD")):
            raise NotGitRepositoryError(f"`{place}` is not a git repository")
        return found


def is_repository(folder: Path) -> bool:
    """Return whether the folder has a `.git` (which may be a file), or is a bare repository."""
    bare = (folder / "HEAD").is_file() and (folder / "objects").is_dir() and (folder / "refs").is_dir()
    return bare or (folder / ".git").exists()


def is_on_prefix(entry: ListedWorktree, prefix: str | None) -> bool:
    """Return whether the worktree is on a branch `<prefix>/...`; true without a prefix."""
    return not prefix or entry.branch.startswith(f"{prefix.rstrip('/')}/")


def find_in_list(path: str, entries: Sequence[ListedWorktree]) -> ListedWorktree | None:
    """Return the worktree at a real path; the paths that git lists can contain symbolic links."""
    return next((entry for entry in entries if os.path.realpath(entry.path) == path), None)
