"""`worktree add`: a worktree that is ready for `up`."""

import os
import shlex
import threading
from pathlib import Path

from wtc.dataclass import dataclass, replace
from wtc.errors import InterruptedByUserError, UsageError, WtcError
from wtc.events import Note, Reporter, warn
from wtc.orchestrator.bring_up.up_request import UpRequest, UpResult
from wtc.orchestrator.context.target import Target
from wtc.orchestrator.setup import SetupResult, setup
from wtc.orchestrator.up import up
from wtc.orchestrator.worktree.find_worktree import current_worktree, open_manager, run_async
from wtc.worktrees.identity_facts import WTC_REASON
from wtc.worktrees.info_exclude import exclude_folder
from wtc.worktrees.job_id import job_id_problem
from wtc.worktrees.locate import is_bare
from wtc.worktrees.manager import FOLDER
from wtc.worktrees.worktree_info import WorktreeInfo

PREFIX = "wtc"
"""The prefix of the branches of added worktrees."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AddRequest:
    """What the user asks of `worktree add`."""

    name: str
    source: str = ""
    """Any revision; empty for HEAD of the current worktree."""
    detach: bool = False
    base: str = ""
    """The folder for the worktree; empty for `.worktrees` in the main worktree."""
    up: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AddResult:
    """The worktree, and what `setup` and `up` did in it."""

    worktree: WorktreeInfo
    setup: SetupResult
    up: UpResult | None = None


def add(target: Target, request: AddRequest, report: Reporter, stop: threading.Event) -> AddResult:
    """Create the worktree, set it up, and bring its stack up if that is asked for.

    Raises:
        UsageError: the name is not valid.
        InterruptedByUserError: `stop` was set; before the worktree was created nothing is left.
        WorktreeError: the worktree was not created; nothing is left.
        WtcError: the stack could not be set up or did not come up; the worktree stays.
    """
    if problem := job_id_problem(request.name):
        raise UsageError(f"`{request.name}` is not a valid name for a worktree", causes=[problem])
    current = current_worktree(target)
    # Beside a bare repository the worktrees are siblings.
    main = "" if is_bare(current.common) else current.main
    base = os.path.join(main, FOLDER) if main else os.path.dirname(current.common)
    if request.base:
        base = os.path.join(target.cwd, os.path.expanduser(request.base))
    base, shared = os.path.realpath(base), not request.base or not os.path.lexists(base)
    created = run_async(
        open_manager(target).add(
            request.name,
            request.source or None,
            Path(base),
            branch="" if request.detach else f"{PREFIX}/{request.name}",
            reason=f"{WTC_REASON}; to remove it with its stack, run `wtc worktree remove {shlex.quote(request.name)}`",
        ),
        stop,
    ).worktree
    assert created is not None  # noqa: S101 - a creation that fails raises
    path = str(created.path)
    report(Note(text=f"worktree `{path}` created: {created.branch} at {created.commit[:10]}"))
    if main:
        try:
            # A folder that existed before may hold files of the user, which git has to go on showing.
            exclude_folder(current.common, main, base if shared else path)
        except OSError as error:
            warn(report, f"cannot add `{base}` to `info/exclude`: {error.strerror or error}")
    files = tuple(os.path.join(path, file) for file in target.files)
    inside = replace(target, cwd=path, worktree=path, files=files)
    try:
        if stop.is_set():
            raise InterruptedByUserError("interrupted")
        prepared = setup(inside, report)
        return AddResult(
            worktree=created, setup=prepared, up=up(inside, UpRequest(), report, stop) if request.up else None
        )
    except WtcError:
        command = f"wtc {'up' if request.up else 'setup'} -w {shlex.quote(path)}"
        warn(
            report,
            f"the worktree `{path}` is kept, but its setup is not complete",
            hint=f"to try again, run `{command}`",
        )
        raise
