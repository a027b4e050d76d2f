"""Copy the env files that a linked worktree lacks, before the compose file is read. Other worktrees import nothing."""

from wtc.orchestrator.context.context import Context
from wtc.orchestrator.context.target import worktree_path
from wtc.worktrees.locate import worktree_at


def copy_env_files(context: Context) -> None:
    """Copy the env files that a linked worktree lacks. A dry run only reads them where they are.

    Raises:
        WtcError: the worktree cannot be located, or a file cannot be read or written.
    """
    if worktree_at(worktree_path(context.target)).linked:
        from wtc.orchestrator.worktree_files.env_files import provide_env_files

        target, files = provide_env_files(context.target, context.state, context.report, dry_run=context.dry_run)
        if files.copies:
            context.forget_project(target)
