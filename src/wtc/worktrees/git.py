"""Run git in a folder, with a plain environment and no shell."""

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from asyncio.subprocess import Process

ANSWER_S = 20.0
"""How long a question to git may take."""
WORK_S = 600.0
"""How long git may work: a checkout, with the hooks that the repository has for it."""
_END_S = 10.0
"""How long git may take to remove its lock files after SIGTERM."""
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
    """git is not installed, does not answer, or refuses; the message says which."""


def git(
    folder: str,
    arguments: Sequence[str],
    environment: Mapping[str, str],
    *,
    given: str = "",
    well: tuple[int, ...] = (0,),
    limit_s: float = ANSWER_S,
) -> str:
    """Return what git prints in the folder; `given` is its standard input.

    Raises:
        NoGitError: its exit status is not one of `well`, or it does not end in time.
    """
    import subprocess

    try:
        done = subprocess.run(
            ["git", "-C", folder, *arguments],
            input=os.fsencode(given),
            env=_clean_environment(environment),
            capture_output=True,
            timeout=limit_s,
            check=False,
        )
    except FileNotFoundError:
        raise NoGitError("git is not installed") from None
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        raise NoGitError(f"git does not answer: {error}") from error
    return _check_answer(done.returncode, done.stdout, done.stderr, well)


async def git_async(
    folder: str,
    arguments: Sequence[str],
    environment: Mapping[str, str],
    *,
    well: tuple[int, ...] = (0,),
    limit_s: float = WORK_S,
) -> str:
    """Return what git prints in the folder. If the task is cancelled, git has ended before the cancellation goes on.

    Raises:
        NoGitError: its exit status is not one of `well`, or it does not end in time.
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
        raise NoGitError(f"git does not answer: {error}") from error
    try:
        out, err = await asyncio.wait_for(process.communicate(), limit_s)
    except TimeoutError:
        await _terminate(process)
        raise NoGitError(f"git does not answer: it did not end within {limit_s:g} seconds") from None
    except BaseException:
        await _terminate(process)
        raise
    return _check_answer(process.returncode or 0, out, err, well)


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
    """The environment without the variables of a git hook, which name another repository than the folder's."""
    own = {name: value for name, value in environment.items() if not name.startswith("GIT_")}
    own |= {name: environment[name] for name in ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_NOSYSTEM") if name in environment}
    return own | {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}


def _check_answer(status: int, out: bytes, err: bytes, well: tuple[int, ...]) -> str:
    if status in well:
        return os.fsdecode(out)
    lines = os.fsdecode(err).strip().splitlines() or [f"git ended with {status}"]
    # What follows the error is advice, for git's own command line.
    errors = [line for line in lines if line.startswith(("fatal: ", "error: "))]
    raise NoGitError((errors or lines)[-1])
