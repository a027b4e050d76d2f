"""`up --foreground`: stay attached to the stack until it ends or a signal arrives."""

import contextlib
import sys
import threading
import time
from collections.abc import Generator

from wtc.cli.render.errors import show_error
from wtc.cli.render.logs import LogWriter
from wtc.cli.render.up import show_up
from wtc.cli.signals import handle_signals, interrupted_status
from wtc.cli.terminal.escape import Verbatim
from wtc.cli.terminal.output import narrate
from wtc.cli.terminal.streams import discard_unwritten
from wtc.dataclass import dataclass, replace
from wtc.errors import InterruptedByUserError, WtcError
from wtc.events import Event, Reporter, warn
from wtc.interruption import SILENCE_S, is_stop_heeded, received_signal
from wtc.orchestrator.bring_up.up_request import UpRequest, UpResult
from wtc.orchestrator.context.target import Target
from wtc.orchestrator.session.foreground import AttachRequest, OnExit, attach_stack
from wtc.orchestrator.up import up
from wtc.static_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wtc.cli.background_stop import BackgroundStop
    from wtc.orchestrator.watch import FileWatch


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
    watches: bool = False
    """Whether changed files update the stack, as `watch` does."""

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


class _Reporting:
    """Report the events of several threads, one at a time."""

    def __init__(self, report: Reporter) -> None:
        self._report, self._lock = report, threading.Lock()

    def __call__(self, event: Event, /) -> None:
        """Report one event."""
        with self._lock:
            self._report(event)


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
    later: contextlib.AbstractContextManager[Reporter],
    *,
    silent: bool,
) -> int:
    """Bring the stack up and stay attached.

    `report` is entered while the stack is brought up, and `later` once it is up. With `silent`, narrate nothing but
    what the reporters do.

    Returns:
        The exit status: see `AttachedStack.exit_status`.
    """
    stopping = None
    if options.stops:
        from wtc.cli.background_stop import BackgroundStop

        stopping = BackgroundStop(target)
    signals = _Signals(stopping)
    with handle_signals(signals.on_first), contextlib.ExitStack() as held:
        try:
            begun = (time.time(), time.monotonic())
            watch = None
            with report as reporter:
                if options.watches:
                    from wtc.orchestrator.watch import open_watch

                    watch = held.enter_context(open_watch(target, request, reporter))
                result = up(target, request, reporter, signals.stop)
            if stopping is not None:
                stopping.namespace = result.namespace
            show_up(result, as_json=False, dry_run=False, silent=silent)
            sys.stdout.flush()
            attached = _attach_request(result, request, options, begun)
            then = _Reporting(held.enter_context(later))
            if watch is not None:
                attached = replace(attached, is_replacing=watch.is_replacing, is_held=lambda: watch.is_busy)
                held.enter_context(_watching_files(watch, then, signals.stop, silent=silent))
            return _print_logs(target, attached, options, signals, then)
        except _InterruptedError:
            if stopping is None and not signals.watching:
                raise InterruptedByUserError("interrupted", exit_status=interrupted_status()) from None
            return stop_or_detach(stopping)
        except InterruptedByUserError as error:
            if stopping is None:
                raise error.replace(exit_status=interrupted_status()) from error.__cause__
            return stop_or_detach(stopping)


def _attach_request(
    result: UpResult, request: UpRequest, options: ForegroundOptions, begun: tuple[float, float]
) -> AttachRequest:
    """Choose the services to watch as Docker Compose does: those that are named, or all.

    `begun`: when `up` started, by the clock and by the monotonic one.
    """
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
        begun_s=begun[0],
        begun_monotonic_s=begun[1],
        on_exit=options.on_exit,
        exit_code_from=options.exit_code_from,
        named=request.services,
        stop_timeout_s=request.options.stop_timeout_s,
    )


def _print_logs(
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


@contextlib.contextmanager
def _watching_files(watch: "FileWatch", report: Reporter, stop: threading.Event, *, silent: bool) -> Generator[None]:
    """Keep the stack up to date with changed files in another thread, until the block ends or `stop` is set."""

    def failed(error: WtcError) -> None:
        if silent:
            warn(report, "; ".join([error.message, *error.causes]))
        else:
            show_error(error)

    def run() -> None:
        try:
            watch.run(report, failed, stop)
        except InterruptedByUserError:
            pass  # the main thread ends too
        except WtcError as error:
            failed(error)

    thread = threading.Thread(target=run, name="wtc-watch", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        watch.wake()
        thread.join(SILENCE_S)


def stop_or_detach(stopping: "BackgroundStop | None") -> int:
    """Print what happens to the stack after a signal, wait for its stop, if it stops, and return the exit status."""
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
