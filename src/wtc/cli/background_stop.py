"""Stopping a stack in a process of its own: whoever began it may be killed, with its whole process group.

`python -m wtc.cli.background_stop LOG WORKTREE DIRECTORY CONTEXT LOCKED` is that process.
"""

import contextlib
import os
import subprocess
import sys
from typing import TYPE_CHECKING, NoReturn

from wtc.orchestrator.context.target import Target, default_namespace, locate
from wtc.orchestrator.session.stop_on_signal import inherit_lock, log_folder

if TYPE_CHECKING:
    from wtc.model.namespace import Namespace

LOOK_AGAIN_S = 0.05


class BackgroundStop:
    """The stop of a worktree's stack. All that takes time is done when it is made: `begin` has to be quick."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._located = locate(target)
        self._folder = log_folder(target.environment)
        self.log = os.path.join(self._folder, f"stop-{default_namespace(self._located)}.log")
        self.namespace: Namespace | None = None
        """Once the stack is up. Its lock is taken along then, so that no other wtc comes before the stop."""
        self._process: subprocess.Popen[bytes] | None = None

    def begin(self) -> None:
        """Starts it, in a session of its own."""
        lock = inherit_lock(self._target, self.namespace) if self.namespace else None
        locked = "unlocked" if lock is None else "locked"
        command = [sys.executable, "-P", "-m", "wtc.cli.background_stop"]
        output = self._open_log()
        try:
            self._process = subprocess.Popen(
                [*command, self.log, self._located.worktree, self._located.directory, self._target.context, locked],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=dict(self._target.environment),
                start_new_session=True,
                pass_fds=() if lock is None else (lock,),
            )
        finally:
            os.close(output)
            if lock is not None:
                os.close(lock)

    def watch(self) -> int:
        """Passes on what it says until it has ended. Returns: its exit status."""
        if self._process is None:
            return 0
        with contextlib.ExitStack() as stack:
            said = None
            with contextlib.suppress(OSError):
                said = stack.enter_context(open(self.log, "rb"))
            while True:
                ended = self._process.poll()
                if said is not None:
                    _append_to_log(said.read())
                if ended is not None:
                    return ended
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self._process.wait(LOOK_AGAIN_S)

    def _open_log(self) -> int:
        """The log, for its owner's eyes only; a folder that cannot be written does not keep the stack from stopping."""
        try:
            os.makedirs(self._folder, mode=0o700, exist_ok=True)
            return os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        except OSError:
            return os.open(os.devnull, os.O_WRONLY)


def _append_to_log(text: bytes) -> None:
    # Whoever was to read it may have gone.
    with contextlib.suppress(OSError):
        while text:
            text = text[os.write(2, text) :]


def main() -> NoReturn:
    """Stops the stack. What there is to say goes to the log, which stays only where something went wrong."""
    from wtc.cli.render.errors import show_error
    from wtc.cli.render.plain_reporter import PlainReporter
    from wtc.errors import WtcError
    from wtc.orchestrator.session.stop_on_signal import stop_stack

    log, worktree, directory, context, locked = sys.argv[1:]
    target = Target(cwd="/", environment=dict(os.environ), worktree=worktree, context=context)
    try:
        stop_stack(target, directory, PlainReporter(), locked=locked == "locked")
    except WtcError as error:
        show_error(error)
        sys.exit(error.exit_status)
    with contextlib.suppress(OSError):
        os.unlink(log)
    sys.exit(0)


if __name__ == "__main__":
    main()
