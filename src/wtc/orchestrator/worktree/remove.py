"""`worktree remove`: check with git, stop the stack, remove the worktree, then remove the stack."""

import os
import shlex
import threading
from pathlib import Path

from wtc.dataclass import dataclass, replace
from wtc.events import Reporter, warn
from wtc.model.identity import Presence
from wtc.model.plan import RemoveVolume
from wtc.orchestrator.clean import CleanRequest, prepare_clean
from wtc.orchestrator.context.target import Target
from wtc.orchestrator.removal.clean_scope import Scope
from wtc.orchestrator.removal.remove_worktree import Removal, refuse_removal, remove_worktree
from wtc.orchestrator.worktree.find_worktree import current_worktree, find_worktree, refuse_locked, run_async
from wtc.worktrees.git.parse_list import ListedWorktree
from wtc.worktrees.identity_facts import read_path
from wtc.worktrees.locate import Worktree
from wtc.worktrees.manager import GitWorktreeManager
from wtc.worktrees.removal import delete_branch, git_folder_for


@dataclass(frozen=True, slots=True, kw_only=True)
class Removable:
    """A worktree that may be removed, and the volumes of its stacks."""

    target: Target
    """The target of the command, at the worktree."""
    entry: ListedWorktree
    current: Worktree
    """The worktree that the command was called in, which can be the same one."""
    volumes: tuple[str, ...]
    force: bool


def removable(target: Target, name: str, report: Reporter, *, force: bool) -> Removable:
    """Ask git whether the worktree may go, and find its stacks. Nothing is changed.

    Raises:
        UsageError: the repository has no such worktree.
        ConflictError: the worktree has uncommitted changes or submodules or is locked, and `force` is not given.
        EngineUnreachableError: no engine answers.
    """
    entry = find_worktree(target, name)
    path = os.path.realpath(entry.path)
    if not force:
        refuse_locked(entry, name)
    hint = f"to remove it, and lose what is not committed, run `wtc worktree remove --force {shlex.quote(name)}`"
    refuse_removal(path, target, force=force, hints=[hint])
    inside = replace(target, worktree=path, by_branch=False, files=())
    # Seen from inside, the worktree's own stacks are meant, and not what a former one left at its path.
    found = prepare_clean(replace(inside, cwd=path), CleanRequest(scope=Scope.WORKTREE), report)
    volumes = [
        node.operation.name
        for c in found.cleanings
        for node in c.plan.nodes
        if isinstance(node.operation, RemoveVolume)
    ]
    return Removable(
        target=inside,
        entry=entry,
        current=current_worktree(target),
        volumes=tuple(volumes),
        force=force,
    )


def remove(
    chosen: Removable, report: Reporter, stop: threading.Event, *, with_volumes: bool, with_branch: bool
) -> Removal:
    """Remove the worktree with its stacks, and on request their volumes and the worktree's branch.

    A branch that is not merged stays, unless `force` was given.

    Raises:
        WtcError: git refuses (the containers that ran are started again), or something could not be removed.
    """
    removal = remove_worktree(
        chosen.target, report, stop, with_git=True, force=chosen.force, volumes=with_volumes or not chosen.volumes
    )
    if read_path(chosen.target.worktree).presence is Presence.MISSING:
        # A folder that was missing before is still in git's list.
        manager = GitWorktreeManager(Path(git_folder_for(chosen.current)), environment=chosen.target.environment)
        run_async(manager.remove_worktree(Path(chosen.entry.path)))
    if with_branch and chosen.entry.branch:
        why = delete_branch(chosen.current, chosen.entry.branch, chosen.target.environment, force=chosen.force)
        if why:
            warn(report, f"the branch `{chosen.entry.branch}` is kept: {why}")
    return removal
