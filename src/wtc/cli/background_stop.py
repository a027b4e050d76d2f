"""Stop a stack in a separate process, because the parent and its process group may be killed before the stop is done.

The process is `python -m wtc.cli.background_stop LOG WORKTREE DIRECTORY CONTEXT LOCKED`.
"""

import contextlib
import os
import subprocess
import sys

from wtc.orchestrator.context.target import Target, default_namespace, locate
from wtc.orchestrator.session.stop_on_signal import inherit_lock, log_folder
from wtc.private_folder import make_private_folder
from wtc.static_typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from wtc.model.namespace import Namespace

POLL_INTERVAL_S = 0.05


class BackgroundStop:
    """The stop of a worktree's stack. The constructor does the slow work, so that `begin` is fast."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._located = locate(target)
        self._folder = log_folder(target.environment)
        self.log = os.path.join(self._folder, f"stop-{default_namespace(self._located)}.log")
        self.namespace: Namespace | None = None
        """Set once the stack is up. The process then inherits its lock, so that no other wtc runs before the stop."""
        self._process: subprocess.Popen[bytes] | None = None

    def begin(self) -> None:
        """Start the process, in a new session."""
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
        """Copy its log to standard error until it has ended. Return its exit status."""
        if self._process is None:
            return 0
        with contextlib.ExitStack() as stack:
            log = None
            with contextlib.suppress(OSError):
                log = stack.enter_context(open(self.log, "rb"))
            while True:
                ended = self._process.poll()
                if log is not None:
                    _append_to_log(log.read())
                if ended is not None:
                    return ended
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self._process.wait(POLL_INTERVAL_S)

    def _open_log(self) -> int:
        """Open the log, readable by its owner only; open `/dev/null` if the folder is not writable."""
        try:
            make_private_folder(self._folder)
            return os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        except OSError:
            return os.open(os.devnull, os.O_WRONLY)


def _append_to_log(text: bytes) -> None:
    # The reader may have closed standard error.
    with contextlib.suppress(OSError):
        while text:
            text = text[os.write(2, text) :]


def main() -> NoReturn:
    """Stop the stack and write messages to the log. The log is deleted unless the stop failed."""
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
