"""`init git`: git's `post-checkout` hook calls `wtc setup` in each new worktree."""

import os
import shutil
from collections.abc import Mapping
from contextlib import suppress

from wtc.dataclass import dataclass
from wtc.errors import ConflictError, UsageError, WtcError
from wtc.harnesses import git_hook
from wtc.harnesses.edit import Edit
from wtc.harnesses.git_hook import HookTool, hook_line, hook_script, is_own, tool_hint, tool_of
from wtc.orchestrator.hook_files import read_hook_file, write_hook_file
from wtc.worktrees.git.run_git import NoGitError, git
from wtc.worktrees.locate import bare_repository_of, repository_worktrees, worktree_of


@dataclass(frozen=True, slots=True, kw_only=True)
class GitHook:
    """The hook to write. `chain` is the path to which an existing hook moves; `restore` the one that moves back."""

    edit: Edit
    path: str
    chain: str = ""
    restore: str = ""


def plan_git_hook(root: str, environment: Mapping[str, str], *, arguments: str, remove: bool) -> GitHook:
    """Decide what happens to the hook of the repository that contains the folder. Nothing is changed.

    Raises:
        UsageError: the folder is not in a repository.
        ConflictError: another tool manages the hooks folder, or it is not the repository's.
        WtcError: the hook cannot be read.
    """
    folder = _hooks_folder(root, environment)
    path, chained = (os.path.join(folder, name) for name in (git_hook.NAME, git_hook.CHAINED))
    shown = os.path.relpath(path, root)
    before = read_hook_file(path, binary=True)
    has_chained = os.path.lexists(chained)
    if remove:
        if before is None or not is_own(before):
            return GitHook(edit=Edit(path=shown, before=before, after=before), path=path)
        notes = (f"`{git_hook.CHAINED}` is `{git_hook.NAME}` again",) if has_chained else ()
        after = read_hook_file(chained, binary=True) if has_chained else None
        edit = Edit(path=shown, before=before, after=after, notes=notes)
        return GitHook(edit=edit, path=path, restore=chained if has_chained else "")
    _refuse_managed(root, folder, before, environment, arguments)
    program = shutil.which("wtc", path=environment.get("PATH")) or "wtc"
    after = hook_script(program=os.path.abspath(program) if "/" in program else program, arguments=arguments)
    if before is None or is_own(before):
        return GitHook(edit=Edit(path=shown, before=before, after=after), path=path)
    if has_chained:
        raise ConflictError(
            f"`{shown}` was replaced after `wtc init git`",
            causes=[f"`{git_hook.CHAINED}` has the previous hook"],
            hints=["to add wtc again, join the two hooks in one file and remove the other"],
        )
    note = f"the existing hook is now `{git_hook.CHAINED}`, which runs first"
    return GitHook(edit=Edit(path=shown, before=before, after=after, notes=(note,)), path=path, chain=chained)


def write_git_hook(hook: GitHook) -> None:
    """Write or remove the hook. An interruption leaves either hook in its place, or the same command to repeat.

    Raises:
        WtcError: a file cannot be written.
    """
    try:
        if hook.restore:
            os.replace(hook.restore, hook.path)
        elif hook.edit.after is None:
            os.unlink(hook.path)
        else:
            if hook.chain:
                os.rename(hook.path, hook.chain)
            try:
                write_hook_file(hook.path, hook.edit.after, executable=True)
            except BaseException:
                if hook.chain:
                    with suppress(OSError):
                        os.rename(hook.chain, hook.path)
                raise
    except OSError as error:
        raise WtcError(f"cannot write `{hook.path}`", causes=[(error.strerror or str(error)).lower()]) from error


def _hooks_folder(root: str, environment: Mapping[str, str]) -> str:
    """Return the folder from which git runs hooks in the repository's worktrees."""
    top = root if worktree_of(root).git else bare_repository_of(root)
    if not top:
        raise UsageError(
            f"`{root}` is not in a git repository", hints=["to write git's hook, run `wtc init git` in a repository"]
        )
    try:
        return os.path.realpath(
            os.path.join(top, git(top, ["rev-parse", "--git-path", "hooks"], environment).rstrip("\n"))
        )
    except NoGitError as error:
        raise WtcError("cannot find git's hooks folder", causes=[str(error)]) from error


def _refuse_managed(root: str, folder: str, before: str | None, environment: Mapping[str, str], arguments: str) -> None:
    """Raise if the hook does not belong in the folder: a tool writes it, a worktree has it, or all repositories use it.

    Raises:
        ConflictError: it does not belong there; the hint has the line to add, and where.
    """
    worktree = worktree_of(root)
    line = hook_line(arguments)
    tool = _tool_that_manages(worktree.path if worktree.git else "", folder, before)
    if tool:
        raise ConflictError(
            f"{tool.name} manages `{folder}`",
            causes=["it would replace a hook that wtc writes there"],
            hints=[tool_hint(tool, arguments)],
        )
    tops = [path for path, _ in repository_worktrees(worktree)]
    inside = next((top for top in tops if folder.startswith(f"{os.path.realpath(top)}/")), "")
    if inside and not folder.startswith(f"{os.path.realpath(worktree.common)}/"):
        raise ConflictError(
            f"`core.hooksPath` is a folder of the worktree, `{folder}`",
            causes=["its files belong to the project"],
            hints=[f"to set up each new worktree, add `{line}` to `{os.path.relpath(folder, inside)}/{git_hook.NAME}`"],
        )
    if _is_for_all_repositories(root, environment):
        raise ConflictError(
            f"`core.hooksPath` is set for all repositories of this user: `{folder}`",
            hints=[f"to set up each new worktree of all of them, add `{line}` to `{folder}/{git_hook.NAME}`"],
        )


def _tool_that_manages(top: str, folder: str, before: str | None) -> HookTool | None:
    if tool := tool_of(before or ""):
        return tool
    for tool in git_hook.TOOLS:
        if top and any(os.path.lexists(os.path.join(top, file)) for file in tool.files):
            return tool
    # A tool that writes all hooks shows in the others too.
    found = (tool_of(read_hook_file(os.path.join(folder, name), binary=True) or "") for name in _hooks_in(folder))
    return next((tool for tool in found if tool and tool.files), None)


def _hooks_in(folder: str) -> list[str]:
    try:
        return sorted(name for name in os.listdir(folder) if not name.endswith(".sample"))
    except OSError:
        return []


def _is_for_all_repositories(root: str, environment: Mapping[str, str]) -> bool:
    """Return whether the user's or the system's configuration names the hooks folder."""
    try:
        arguments = ["config", "--show-scope", "--get", "core.hooksPath"]
        scope = git(root, arguments, environment, accepted=(0, 1)).split("\t")[0]
    except NoGitError:
        return False
    return scope in {"global", "system"}
