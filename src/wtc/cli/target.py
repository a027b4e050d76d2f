"""Make a command's `Target` from its options. Does not import the command-line library."""

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
    """Return the target for the options, the current folder and the environment."""
    if worktree == "":
        # An unset variable of a harness must not select the stack of another worktree.
        raise UsageError("`--worktree` is empty", hints=["to use the worktree of the current folder, leave it out"])
    del debug  # `error_format` reads it, because errors may come before options are parsed
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
    """Return the process's environment without the variables of `wtc env`."""
    if "WTC_ENV" not in os.environ:
        return dict(os.environ)
    from wtc.env_marker import unmarked

    return unmarked(os.environ)


def _cwd() -> str:
    """Return the current folder as in `PWD`, links included, if that is correct; `PWD` or `/` if the folder is gone."""
    try:
        here = os.getcwd()
    except FileNotFoundError:
        return os.environ.get("PWD") or "/"
    named = os.environ.get("PWD", "")
    return named if named.startswith("/") and os.path.realpath(named) == here else here
