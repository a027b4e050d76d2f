"""Make a command's `Target` from its options. Does not import the command-line library."""

import os
from collections.abc import Mapping, Sequence

from wtc.cli.terminal.style import prefer_colours, prefer_progress
from wtc.errors import UsageError
from wtc.orchestrator.context.target import Target


def make_target(
    *,
    worktree: str | None = None,
    file: Sequence[str] = (),
    env_file: Sequence[str] = (),
    profile: Sequence[str] = (),
    project_directory: str = "",
    context: str = "",
    debug: bool = False,
    ansi: str = "",
    progress: str = "",
    parallel: int | None = None,
) -> Target:
    """Return the target for the options, the current folder and the environment.

    `ansi` and `progress` decide how this process prints; by default their variables of Docker Compose do.

    Raises:
        UsageError: a value is not valid.
    """
    if worktree == "":
        # An unset variable of a harness must not select the stack of another worktree.
        raise UsageError("`--worktree` is empty", hints=["to use the worktree of the current folder, leave it out"])
    del debug  # `error_format` reads it, because errors may come before options are parsed
    environment = _environment()
    prefer_colours(ansi or environment.get("COMPOSE_ANSI", ""), option="--ansi" if ansi else "COMPOSE_ANSI")
    prefer_progress(
        progress or environment.get("COMPOSE_PROGRESS", ""), option="--progress" if progress else "COMPOSE_PROGRESS"
    )
    return Target(
        cwd=_cwd(),
        environment=environment,
        worktree=worktree or "",
        files=tuple(file),
        env_files=tuple(env_file),
        profiles=tuple(profile),
        context=context,
        project_directory=project_directory,
        parallel=_parallel(parallel, environment),
    )


def _parallel(given: int | None, environment: Mapping[str, str]) -> int:
    """Return the most calls at a time; 0: what the engine's transport allows."""
    limit = str(given) if given is not None else environment.get("COMPOSE_PARALLEL_LIMIT", "")
    # As in Docker Compose, -1 means no limit.
    if not limit or limit == "-1":
        return 0
    if not limit.isascii() or not limit.isdigit() or int(limit) == 0:
        option = "--parallel" if given is not None else "COMPOSE_PARALLEL_LIMIT"
        raise UsageError(f"`{option}` is `{limit}`, which is neither a number from 1 on nor -1")
    return int(limit)


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
