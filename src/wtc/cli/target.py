"""Where a command is to look. Apart from the options, so that it costs no command-line library."""

import os
from collections.abc import Sequence

from wtc.errors import UsageError
from wtc.orchestrator.context.target import Target


def make_target(
    *,
    worktree: str | None = None,
    file: Sequence[str] = (),
    env_file: Sequence[str] = (),
    profile: Sequence[str] = (),
    context: str = "",
    debug: bool = False,
) -> Target:
    """Where the command is to look, from its options and the process's own folder and environment."""
    if worktree == "":
        # A harness's variable that is not set must not make this the stack of another worktree.
        raise UsageError("`--worktree` is empty", hints=["to use the worktree of the current folder, leave it out"])
    del debug  # the way in looks for it by itself, since errors may come before options are read
    return Target(
        cwd=_cwd(),
        environment=_environment(),
        worktree=worktree or "",
        files=tuple(file),
        env_files=tuple(env_file),
        profiles=tuple(profile),
        context=context,
    )


def _environment() -> dict[str, str]:
    """The process's environment, without what `wtc env` set in it."""
    if "WTC_ENV" not in os.environ:
        return dict(os.environ)
    from wtc.env_marker import unmarked

    return unmarked(os.environ)


def _cwd() -> str:
    """The current folder as the shell names it, links included, where that is true; `/` where the folder is gone."""
    try:
        here = os.getcwd()
    except FileNotFoundError:
        return os.environ.get("PWD") or "/"
    named = os.environ.get("PWD", "")
    return named if named.startswith("/") and os.path.realpath(named) == here else here
