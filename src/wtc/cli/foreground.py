"""`up --foreground`: stay attached to the stack until it ends or a signal arrives."""

import contextlib
import sys
import threading
import time
from typing import TYPE_CHECKING

from wtc.cli.render.logs import LogWriter
from wtc.cli.render.plain_reporter import PlainReporter
from wtc.cli.render.up import show_up
from wtc.cli.signals import handle_signals, interrupted_status
from wtc.cli.terminal.escape import Verbatim
from wtc.cli.terminal.output import narrate
from wtc.cli.terminal.streams import discard_unwritten
from wtc.dataclass import dataclass
from wtc.errors import InterruptedByUserError
from wtc.events import Reporter
from wtc.interruption import is_stop_heeded, received_signal
from wtc.orchestrator.context.target import Target
from wtc.orchestrator.session.foreground import AttachRequest, OnExit, attach_stack
from wtc.orchestrator.up import UpRequest, UpResult, up

if TYPE_CHECKING:
    from wtc.cli.background_stop import BackgroundStop


@dataclass(frozen=True, slots=True, kw_only=True)
class ForegroundOptions:
    """What is printed in the foreground, and what ends it."""

    stops: bool = False
    """Whether a signal stops the stack."""
    on_exit: OnExit = OnExit.CONTINUE
    exit_code_from: str = ""
    attach: tuple[str, ...] = ()
    """The services whose output is printed; empty: those that the user named, or all."""
    no_attach: tuple[str, ...] = ()
    attach_dependencies: bool = False
    prefixed: bool = True
    timestamps: bool = False

    @property
    def aborts(self) -> bool:
        """Whether the end of a container stops the others."""
        return self.on_exit is not OnExit.CONTINUE

    @property
    def services(self) -> dict[str, tuple[str, ...]]:
        """Return option -> the services that it names."""
        named = (self.exit_code_from,) if self.exit_code_from else ()
        return {"--exit-code-from": named, "--attach": self.attach, "--no-attach": self.no_attach}


def choose_on_exit(*, failure: bool, any_exit: bool) -> OnExit:
    """Return what the end of a container does, for Docker Compose's options."""
    return OnExit.STOP_ON_FAILURE if failure else OnExit.STOP if any_exit else OnExit.CONTINUE


class _InterruptedError(BaseException):
    """A signal arrived while the logs were printed."""


class _Signals:
    """Handle the first signal: detach from the stack, or start to stop it."""

    def __init__(self, stopping: "BackgroundStop | None") -> None:
        self.stop = threading.Event()
        self.watching = False
        """Whether the stack is up, so that a signal only detaches from it."""
        self._stopping = stopping

    def on_first(self, _number: int) -> None:
        """Handle it."""
        if self._stopping is not None:
            # First of all: SIGKILL may follow within 200 ms.
            self._stopping.begin()
        self.stop.set()
        if self.watching or not is_stop_heeded():
            raise _InterruptedError


def up_in_foreground(
    target: Target,
    request: UpRequest,
    options: ForegroundOptions,
    report: contextlib.AbstractContextManager[Reporter],
    *,
    silent: bool,
) -> int:
    """Bring the stack up and stay attached.

    `report` is entered while the stack is brought up. With `silent`, narrate nothing but what the reporter does.

    Returns:
        The exit status: see `AttachedStack.exit_status`.
    """
    stopping = None
    if options.stops:
        from wtc.cli.background_stop import BackgroundStop

        stopping = BackgroundStop(target)
    signals = _Signals(stopping)
    with handle_signals(signals.on_first):
        try:
            begun_s = time.time()
            with report as reporter:
                result = up(target, request, reporter, signals.stop)
            if stopping is not None:
                stopping.namespace = result.namespace
            show_up(result, as_json=False, dry_run=False, silent=silent)
            sys.stdout.flush()
            attached = _attach_request(result, request, options, begun_s)
            return _watch(target, attached, options, signals, reporter if silent else PlainReporter())
        except _InterruptedError:
            if stopping is None and not signals.watching:
                raise InterruptedByUserError("interrupted", exit_status=interrupted_status()) from None
            return _stop_or_detach(stopping)
        except InterruptedByUserError as error:
            if stopping is None:
                raise error.replace(exit_status=interrupted_status()) from error.__cause__
            return _stop_or_detach(stopping)


def _attach_request(result: UpResult, request: UpRequest, options: ForegroundOptions, begun_s: float) -> AttachRequest:
    """Choose the services to watch as Docker Compose does: those that are named, or all."""
    every = frozenset(service for service, _ in result.replicas)
    named = frozenset(request.services) or every
    attached = every if options.attach_dependencies else named
    shown = frozenset(options.attach) or (attached - result.unattached)
    return AttachRequest(
        namespace=result.namespace,
        awaited=named | {options.exit_code_from} - {""},
        shown=shown - set(options.no_attach),
        replicas=result.replicas,
        started=result.started,
        begun_s=begun_s,
        on_exit=options.on_exit,
        exit_code_from=options.exit_code_from,
        named=request.services,
        stop_timeout_s=request.options.stop_timeout_s,
    )


def _watch(
    target: Target, request: AttachRequest, options: ForegroundOptions, signals: _Signals, report: Reporter
) -> int:
    writer = LogWriter(prefixed=options.prefixed, coloured=True, timestamps=options.timestamps)
    writer.expect(replica for replica in request.replicas if replica[0] in request.shown)
    signals.watching = True
    if received_signal():
        raise _InterruptedError
    with attach_stack(target, request, report) as attachment:
        for lines in attachment.lines():
            writer.write(lines)
        return attachment.exit_status()


def _stop_or_detach(stopping: "BackgroundStop | None") -> int:
    discard_unwritten()
    # After a signal the reader may be closed too, which is not an error.
    with contextlib.suppress(OSError):
        if sys.stderr.isatty():
            sys.stderr.write(Verbatim("\r"))  # overwrite the `^C` of the terminal
        if stopping is None:
            narrate("the stack keeps running; to stop it, run `wtc down`")
        else:
            narrate("stopping; press Ctrl-C again to let it finish in the background")
    if stopping is not None and stopping.watch():
        with contextlib.suppress(OSError):
            narrate(f"the stop failed; its log is `{stopping.log}`")
    return interrupted_status()
