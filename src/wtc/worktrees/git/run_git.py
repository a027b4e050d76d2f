"""Run git in a folder, without a shell and without the variables of a git hook.

git starts other processes, such as the checkout of `git worktree add`. It runs in a session that it leads, so that it
can be ended together with them, and a Ctrl-C in the terminal reaches wtc alone.
"""

from __future__ import annotations

import os
import signal

from wtc.static_typing import TYPE_CHECKING, ParamSpec, TypeVar
from wtc.worktrees.git.process_group import end_group

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

P = ParamSpec("P")
T = TypeVar("T")

ANSWER_S = 20.0
"""The time limit of a git command that only reads."""
WORK_S = 600.0
"""The time limit of a git command that writes, such as a checkout with the repository's hooks."""
_UNREAD = "warning: could not open directory "
"""How git reports a folder that it cannot read. Its exit status is 0."""
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
    stdin: str = "",
    accepted: tuple[int, ...] = (0,),
    limit_s: float = ANSWER_S,
    reads_all: bool = False,
) -> str:
    """Run git in the folder and return its standard output; `stdin` is its standard input.

    Raises:
        NoGitError: the exit status is not one of `accepted`, or git does not finish in time. With
            `reads_all` also where git cannot read a folder.
    """
    import subprocess

    try:
        process = subprocess.Popen(
            ["git", "-C", folder, *arguments],
            env=_clean_environment(environment),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except FileNotFoundError:
        raise NoGitError("git is not installed") from None
    except (OSError, ValueError) as error:
        raise NoGitError(f"cannot run git: {error}") from error
    with process:
        try:
            out, err = process.communicate(os.fsencode(stdin), limit_s)
        except subprocess.TimeoutExpired:
            end_group(process.pid, process.poll)
            raise _timeout(limit_s) from None
        except BaseException:
            end_group(process.pid, process.poll)
            raise
    output = _check_answer(process.returncode, out, err, accepted)
    if reads_all and (unread := _unread(err)):
        raise NoGitError(unread)
    return output


async def git_async(
    folder: str,
    arguments: Sequence[str],
    environment: Mapping[str, str],
    *,
    accepted: tuple[int, ...] = (0,),
    limit_s: float = WORK_S,
) -> str:
    """Run git in the folder and return its standard output.

    If the task is cancelled, git and the processes that it started have ended before the cancellation goes on.

    Raises:
        NoGitError: the exit status is not one of `accepted`, or git does not finish in time.
    """
    import asyncio
    from asyncio.subprocess import DEVNULL, PIPE

    started = asyncio.ensure_future(
        asyncio.create_subprocess_exec(
            "git",
            "-C",
            folder,
            *arguments,
            env=_clean_environment(environment),
            stdin=DEVNULL,
            stdout=PIPE,
            stderr=PIPE,
            start_new_session=True,
        )
    )
    try:
        process = await complete(started)
        out, err = await asyncio.wait_for(process.communicate(), limit_s)
    except FileNotFoundError:
        raise NoGitError("git is not installed") from None
    except TimeoutError:
        await complete_in_thread(end_group, started.result().pid)
        raise _timeout(limit_s) from None
    except (OSError, ValueError) as error:
        raise NoGitError(f"cannot run git: {error}") from error
    except BaseException:
        if started.done() and not started.cancelled() and not started.exception():
            await complete_in_thread(end_group, started.result().pid)
        raise
    return _check_answer(process.returncode or 0, out, err, accepted)


def without_repository(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment without the variables that name a repository, as git sets them for its hooks."""
    return {name: value for name, value in environment.items() if name not in _OF_REPOSITORY}


async def complete(work: Awaitable[T]) -> T:
    """Wait for the end of the work, also while the task is cancelled; the cancellation goes on afterwards."""
    import asyncio

    running = asyncio.ensure_future(work)
    cancelled: asyncio.CancelledError | None = None
    while not running.done():
        try:
            await asyncio.wait([running])
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled:
        raise cancelled
    return running.result()


async def complete_in_thread(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """`complete` for a function. Also the end of the event loop, which cancels all tasks, waits for its end."""
    import asyncio
    from functools import partial

    return await complete(asyncio.get_running_loop().run_in_executor(None, partial(function, *args, **kwargs)))


def _clean_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment without the variables of a git hook, which name another repository than the folder's."""
    own = {name: value for name, value in environment.items() if not name.startswith("GIT_")}
    own |= {name: environment[name] for name in ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_NOSYSTEM") if name in environment}
    return own | {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}


def _check_answer(status: int, out: bytes, err: bytes, accepted: tuple[int, ...]) -> str:
    if status in accepted:
        return os.fsdecode(out)
    if status < 0:
        raise NoGitError(f"git was ended by {signal.Signals(-status).name}")
    lines = os.fsdecode(err).strip().splitlines() or [f"git ended with {status}"]
    # What follows the error is advice, for git's own command line.
    errors = [line for line in lines if line.startswith(("fatal: ", "error: "))]
    raise NoGitError((errors or lines)[-1])


def _timeout(limit_s: float) -> NoGitError:
    return NoGitError(f"git did not finish within {limit_s:g} seconds")


def _unread(err: bytes) -> str:
    """Return git's report of a folder that it could not read; empty if it read all."""
    lines = os.fsdecode(err).splitlines()
    return next((line.removeprefix("warning: ") for line in lines if line.startswith(_UNREAD)), "")
