"""Run git in a folder, without a shell and without the variables of a git hook."""

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from asyncio.subprocess import Process

ANSWER_S = 20.0
"""The time limit of a git command that only reads."""
WORK_S = 600.0
"""The time limit of a git command that writes, such as a checkout with the repository's hooks."""
_END_S = 10.0
"""How long git may take after SIGTERM to remove its lock files."""
_OF_REPOSITORY = frozenset(
    {
        "GIT_ALTERNATE_OBJECT_DIRECTORIES",
        "GIT_COMMON_DIR",
        "GIT_DIR",
        "GIT_GRAFT_FILE",
        "GIT_IMPLICIT_WORK_TREE",
        "GIT_INDEX_FILE",
        "GIT_NAMESPACE",
        "GIT_OBJECT_DIRECTORY",
        "GIT_PREFIX",
        "GIT_QUARANTINE_PATH",
        "GIT_SHALLOW_FILE",
        "GIT_WORK_TREE",
    }
)
"""Variables that name a repository, which git finds by the folder without them.

Source: `git rev-parse --local-env-vars`, without configuration.
"""


class NoGitError(Exception):
    """git is not installed, cannot be run, or failed; the message says which."""


def git(
    folder: str,
    arguments: Sequence[str],
    environment: Mapping[str, str],
    *,
    stdin: str = "",
    accepted: tuple[int, ...] = (0,),
    limit_s: float = ANSWER_S,
) -> str:
    """Run git in the folder and return its standard output; `stdin` is its standard input.

    Raises:
        NoGitError: the exit status is not one of `accepted`, or git does not finish in time.
    """
    import subprocess

    try:
        done = subprocess.run(
            ["git", "-C", folder, *arguments],
            input=os.fsencode(stdin),
            env=_clean_environment(environment),
            capture_output=True,
            timeout=limit_s,
            check=False,
        )
    except FileNotFoundError:
        raise NoGitError("git is not installed") from None
    except subprocess.TimeoutExpired:
        raise NoGitError(f"git did not finish within {limit_s:g} seconds") from None
    except (OSError, ValueError) as error:
        raise NoGitError(f"cannot run git: {error}") from error
    return _check_answer(done.returncode, done.stdout, done.stderr, accepted)


async def git_async(
    folder: str,
    arguments: Sequence[str],
    environment: Mapping[str, str],
    *,
    accepted: tuple[int, ...] = (0,),
    limit_s: float = WORK_S,
) -> str:
    """Run git in the folder and return its standard output. A cancelled task waits for git to end.

    Raises:
        NoGitError: the exit status is not one of `accepted`, or git does not finish in time.
    """
    import asyncio
    from asyncio.subprocess import DEVNULL, PIPE

    try:
        process = await asyncio.create_subprocess_exec(
            "git",
            "-C",
            folder,
            *arguments,
            env=_clean_environment(environment),
            stdin=DEVNULL,
            stdout=PIPE,
            stderr=PIPE,
        )
    except FileNotFoundError:
        raise NoGitError("git is not installed") from None
    except (OSError, ValueError) as error:
        raise NoGitError(f"cannot run git: {error}") from error
    try:
        out, err = await asyncio.wait_for(process.communicate(), limit_s)
    except TimeoutError:
        await _terminate(process)
        raise NoGitError(f"git did not finish within {limit_s:g} seconds") from None
    except BaseException:
        await _terminate(process)
        raise
    return _check_answer(process.returncode or 0, out, err, accepted)


def without_repository(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment without the variables that name a repository, as git sets them for its hooks."""
    return {name: value for name, value in environment.items() if name not in _OF_REPOSITORY}


async def _terminate(process: "Process") -> None:
    """Terminate git, so that it removes its lock files, and kill it if it does not end."""
    import asyncio

    with suppress(ProcessLookupError):
        process.terminate()
    try:
        await asyncio.wait_for(process.wait(), _END_S)
    except TimeoutError:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def _clean_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment without the variables of a git hook, which would select another repository."""
    own = {name: value for name, value in environment.items() if not name.startswith("GIT_")}
    own |= {name: environment[name] for name in ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_NOSYSTEM") if name in environment}
    return own | {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}


def _check_answer(status: int, out: bytes, err: bytes, accepted: tuple[int, ...]) -> str:
    if status in accepted:
        return os.fsdecode(out)
    lines = os.fsdecode(err).strip().splitlines() or [f"git ended with {status}"]
    # The lines after the error are hints about git's command line.
    errors = [line for line in lines if line.startswith(("fatal: ", "error: "))]
    raise NoGitError((errors or lines)[-1])
