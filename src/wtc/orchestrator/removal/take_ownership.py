"""Files that containers wrote as another user into a worktree, which this user cannot delete."""

import os
import shlex

from wtc.errors import WtcError
from wtc.events import Note, Reporter
from wtc.static_typing import TYPE_CHECKING
from wtc.worktrees.delete_worktree import find_foreign_folder

if TYPE_CHECKING:
    from wtc.engine.client.connection import Engine


def take_ownership(path: str, engine: "Engine", report: Reporter) -> None:
    """Make this user the owner of all files in the worktree, if there is a folder that this user cannot empty.

    Raises:
        WtcError: no container could do it; the error has the command to run.
    """
    folder = find_foreign_folder(path)
    if not folder:
        return
    from wtc.engine.containers.change_owner import change_owner

    report(Note(text=f"containers wrote files as another user, as in `{folder}`: making you their owner"))
    user, group = os.getuid(), os.getgid()
    reason = change_owner(engine, path, user=user, group=group) if engine.host_is_local else "the engine is remote"
    if left := find_foreign_folder(path):
        raise WtcError(
            f"this user cannot delete the files in `{left}`",
            causes=[reason] if reason else [],
            hints=[f"to become their owner, run `sudo chown -hR {user}:{group} {shlex.quote(path)}`"],
        )
