"""Run a command in a running container. Source: Engine API, Exec."""

import threading
from collections.abc import Mapping

from wtc.dataclass import dataclass, field
from wtc.engine.client.hijack import hijack
from wtc.engine.client.json_access import get_number, require_text
from wtc.engine.containers.attach import AttachEnd, DetachedBySignalError, attach_user, raise_detached
from wtc.engine.containers.terminal import Descriptors, terminal_size
from wtc.model.observed import ContainerRef
from wtc.static_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wtc.engine.client.connection import Engine

CONSOLE_SIZE_API = (1, 42)
"""The first API version that sets a terminal's size when it is created."""
EXIT_STATUS_TRIES, EXIT_STATUS_INTERVAL_S = 100, 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecRequest:
    """A command and its options. With `terminal` the engine allocates a terminal for it (`-t`).

    `environment` adds to that of the container; None removes a variable.
    """

    command: tuple[str, ...]
    environment: Mapping[str, str | None] = field(default_factory=dict[str, str | None], repr=False)
    user: str = ""
    working_dir: str = ""
    privileged: bool = False
    terminal: bool = False
    detached: bool = False


def run_exec(engine: "Engine", container: ContainerRef, request: ExecRequest, local: Descriptors) -> int:
    """Run a command and wait for its end, unless it is detached.

    Returns: its exit status; 128 plus the number of the signal that made wtc detach from it.

    Raises:
        EngineError: the container is not running, or does not have the user.
    """
    doing = f"run `{request.command[0]}` in container `{container.name}`"
    stdin = not request.detached and local.stdin is not None
    console = {"ConsoleSize": [*terminal_size(local.stdout)]} if _sized(engine, request, local) else {}
    body = {
        "AttachStdin": stdin,
        "AttachStdout": not request.detached,
        "AttachStderr": not request.detached,
        "Tty": request.terminal,
        "Cmd": [*request.command],
        "Env": [name if value is None else f"{name}={value}" for name, value in request.environment.items()],
        "User": request.user,
        "WorkingDir": request.working_dir,
        "Privileged": request.privileged,
        **console,
    }
    created = engine.call("POST", f"/containers/{container.key}/exec", doing=doing, body=body).object()
    path = f"/exec/{require_text(created, 'Id')}"
    start = {"Detach": request.detached, "Tty": request.terminal, **console}
    if request.detached:
        engine.call("POST", f"{path}/start", doing=doing, body=start)
        return 0
    connection = hijack(engine, f"{path}/start", doing=doing, body=start)
    try:
        end = attach_user(
            engine, connection, local, path=path, doing=doing, terminal=request.terminal, on_signal=raise_detached
        )
    except DetachedBySignalError as detached:
        return 128 + detached.number
    finally:
        connection.close()
    return 0 if end is AttachEnd.DETACHED else _exit_status(engine, path, doing)


def _sized(engine: "Engine", request: ExecRequest, local: Descriptors) -> bool:
    """Return whether to send the terminal's size to the engine."""
    return request.terminal and engine.api_version >= CONSOLE_SIZE_API and all(terminal_size(local.stdout))


def _exit_status(engine: "Engine", path: str, doing: str) -> int:
    """Return a command's exit status; wait for it, because the output can end before the engine has the status."""
    pause = threading.Event()
    found = engine.object(f"{path}/json", doing=doing)
    for _ in range(EXIT_STATUS_TRIES):
        if not found.get("Running"):
            break
        pause.wait(EXIT_STATUS_INTERVAL_S)
        found = engine.object(f"{path}/json", doing=doing)
    return get_number(found, "ExitCode")
