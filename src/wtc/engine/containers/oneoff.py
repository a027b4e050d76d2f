"""Run a one-off container: create it, attach to it, start it, wait for it. Source: Engine API, Containers."""

import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from wtc import labels as label
from wtc.engine.client.credentials import proxy_variables
from wtc.engine.client.hijack import hijack
from wtc.engine.client.json_access import get_number, get_texts
from wtc.engine.containers.attach import AttachEnd, attach_user
from wtc.engine.containers.container_calls import remove_container, start_container, stop_container
from wtc.engine.containers.exec import CONSOLE_SIZE_API
from wtc.engine.containers.terminal import Descriptors, terminal_size
from wtc.engine.observe.container_exits import exit_code
from wtc.engine.operations import Call, perform_operation
from wtc.engine.translate.container import container_body
from wtc.errors import EngineUnreachableError, PortTakenError, WtcError
from wtc.interruption import Abandoned, note_signal
from wtc.model.observed import ContainerRef
from wtc.model.plan import CreateContainer, Operation, RemoveContainer, StartContainer, StopContainer
from wtc.regular_file import read_regular_file
from wtc.static_typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    import signal

    from wtc.engine.client.connection import Engine
    from wtc.engine.client.transport import Response

DAEMON_FAILED, CANNOT_RUN, NOT_FOUND = 125, 126, 127
"""The exit statuses by which docker reports that a command did not run."""
KILL_S = 1.0
"""How long the engine may take to kill a container at a second signal."""
STOPPING_INTERRUPTS = 3
"""After this many Ctrl-C the container is stopped, even if its command ignores them."""


def oneoff_perform(local: Descriptors, *, auto_remove: bool, detached: bool) -> Callable[[Operation, Call], None]:
    """Return the function that executes the operations of a plan that creates the container.

    With `auto_remove` the engine removes the container when it ends.
    """

    def perform(operation: Operation, call: Call) -> None:
        if not isinstance(operation, CreateContainer):
            perform_operation(operation, call)
            return
        for warning in _create(call.engine, operation, local, auto_remove=auto_remove, detached=detached):
            call.warn(f"container `{operation.name}`: {warning}")

    return perform


def start_detached(engine: "Engine", container: ContainerRef) -> None:
    """Start the container and return. Raises: PortTakenError; WtcError with docker's exit status."""
    _start(engine, container, None)


def run_attached(
    engine: "Engine",
    container: ContainerRef,
    local: Descriptors,
    *,
    terminal: bool,
    auto_remove: bool,
    on_started: Callable[[], None],
) -> int:
    """Start the container and attach to it until it ends or the user detaches.

    `on_started` is called before the first output. SIGINT goes to the command. SIGTERM and SIGHUP stop the container;
    the engine completes the stop even if wtc is killed.

    Returns: its exit status; 128 plus the number of the signal that stopped it; 0 if the user detached.

    Raises:
        PortTakenError: see `start_container`.
        WtcError: the container did not start; `exit_status` is docker's exit status.
    """
    doing = f"attach to container `{container.name}`"
    path = f"/containers/{container.key}"
    params = {"stream": 1, "stdout": 1, "stderr": 1, "stdin": int(local.stdin is not None)}
    connection = hijack(engine, f"{path}/attach", doing=doing, params=params)
    signals = _ExitSignals(engine, container)
    try:
        waiting = _wait(engine, container, removed=auto_remove)
        _start(engine, container, waiting if auto_remove else None)
        on_started()
        end = attach_user(
            engine, connection, local, path=path, doing=doing, terminal=terminal, on_signal=signals.on_signal
        )
    finally:
        connection.close()
    if end is AttachEnd.DETACHED:
        return 0
    status = get_number(waiting.object(), "StatusCode")
    return 128 + signals.stop_signal if signals.stop_signal else status


def discard_oneoff(engine: "Engine", container: ContainerRef, *, remove: bool) -> None:
    """Remove or at least stop the container after a failure; ignore errors."""
    with suppress(WtcError):
        if remove:
            remove_container(engine, RemoveContainer(container=container, volumes=True))
        else:
            stop_container(engine, StopContainer(container=container))


def _create(
    engine: "Engine", operation: CreateContainer, local: Descriptors, *, auto_remove: bool, detached: bool
) -> list[str]:
    spec = operation.spec
    folder = Path(spec.labels.get(label.COMPOSE_WORKING_DIR, "/"))
    body = container_body(
        operation,
        engine.api_version,
        read=lambda path: read_regular_file(str(folder / path)).decode(),
        environment=proxy_variables(engine.address),
    )
    attached = not detached
    body |= {
        "AttachStdin": attached and spec.config.stdin_open,
        # Ends the command's input when the caller's input ends.
        "StdinOnce": attached and spec.config.stdin_open,
        "AttachStdout": attached,
        "AttachStderr": attached,
    }
    host = {**body["HostConfig"], "AutoRemove": auto_remove}
    if spec.config.tty and attached and engine.api_version >= CONSOLE_SIZE_API and all(terminal_size(local.stdout)):
        host["ConsoleSize"] = [*terminal_size(local.stdout)]
    params = {"name": operation.name, **({"platform": spec.config.platform} if spec.config.platform else {})}
    doing = f"create container `{operation.name}` of service `{spec.service}`"
    answer = engine.call(
        "POST", "/containers/create", doing=doing, params=params, body={**body, "HostConfig": host}
    ).object()
    return get_texts(answer, "Warnings")


def _wait(engine: "Engine", container: ContainerRef, *, removed: bool) -> "Response":
    """Return a response whose body arrives when the container has ended."""
    return engine.call(
        "POST",
        f"/containers/{container.key}/wait",
        doing=f"wait for container `{container.name}`",
        params={"condition": "removed" if removed else "next-exit"},
        stream=True,
    )


def _start(engine: "Engine", container: ContainerRef, waiting: "Response | None") -> None:
    """Start the container.

    Raises: PortTakenError; WtcError with docker's exit status, which is known only from the container's state.
    """
    try:
        start_container(engine, StartContainer(container=container))
    except (PortTakenError, EngineUnreachableError):
        raise
    except WtcError as error:
        status = 0
        with suppress(WtcError):
            status = _exit_code(engine, container, waiting)
        status = status if status in {CANNOT_RUN, NOT_FOUND} else DAEMON_FAILED
        raise error.replace(exit_status=status) from error.__cause__


def _exit_code(engine: "Engine", container: ContainerRef, waiting: "Response | None") -> int:
    """Return the exit status of a container that did not start.

    `waiting` has the status of a container that the engine has removed already; otherwise it may never end.
    """
    if (found := exit_code(engine, container.key)) is not None:
        return found
    return get_number(waiting.object(), "StatusCode") if waiting else 0


class _ExitSignals:
    """Handle the signals that ask wtc to exit."""

    def __init__(self, engine: "Engine", container: ContainerRef) -> None:
        self._engine, self._container = engine, container
        self._interrupts = 0
        self._request: threading.Thread | None = None
        """The last request for a signal; the main thread does not wait for its answer."""
        self.stop_signal = 0
        """The signal that stops the container; 0 if none does."""

    def on_signal(self, number: "int | signal.Signals") -> None:
        """Handle a signal. Raises: Abandoned, if the engine has not answered the request for the last one."""
        import signal

        if self._request is not None and self._request.is_alive():
            self._abandon(number)
        if number == signal.SIGINT:
            self._interrupts += 1
            if self._interrupts < STOPPING_INTERRUPTS:
                self._request = self._begin(self._send, "SIGINT")
                return
        if self.stop_signal:
            kill = self._begin(self._send, "SIGKILL")
            kill.join(KILL_S)
            if kill.is_alive():
                self._abandon(number)
            return
        self.stop_signal = int(number)
        # The engine completes the stop even if this thread ends.
        self._begin(self._stop)

    def _begin(self, request: Callable[..., None], *arguments: str) -> threading.Thread:
        begun = threading.Thread(target=request, args=arguments, daemon=True, name="wtc-signal")
        begun.start()
        return begun

    def _abandon(self, number: int) -> NoReturn:
        note_signal(number)
        raise Abandoned(number)

    def _send(self, name: str) -> None:
        path = f"/containers/{self._container.key}/kill"
        with suppress(WtcError):
            self._engine.call("POST", path, doing=f"send {name}", params={"signal": name})

    def _stop(self) -> None:
        with suppress(WtcError):
            stop_container(self._engine, StopContainer(container=self._container))
