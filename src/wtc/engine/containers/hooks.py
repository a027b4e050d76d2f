"""Run commands in containers without a user's terminal. Source: compose-spec, `post_start`, `pre_stop`, `sync+exec`."""

from collections.abc import Callable, Iterator

from wtc.engine.client.json_access import get_number, require_text
from wtc.engine.client.output_stream import read_available, read_frames, read_tail
from wtc.errors import WtcError
from wtc.model.observed import ContainerRef
from wtc.model.plan import RunHook
from wtc.model.service import Hook
from wtc.static_typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from wtc.engine.client.connection import Engine

T = TypeVar("T")


def run_hook(engine: "Engine", operation: RunHook) -> None:
    """Run a hook and wait for its end. Raises: WtcError if it fails; `detail` has its output."""
    hook, container = operation.hook, operation.container
    command = hook.command[0] if hook.command else ""
    doing = f"run hook `{command}` in container `{container.name}`"
    status, output = run_command(engine, container, hook, doing=doing, read=read_tail)
    if status:
        raise WtcError(
            f"hook `{command}` in container `{container.name}` ended with status {status}",
            detail=output.decode(errors="replace").rstrip(),
        )


def run_command(
    engine: "Engine",
    container: ContainerRef,
    hook: Hook,
    *,
    doing: str,
    read: Callable[[Iterator[tuple[int, bytes]]], T],
) -> tuple[int, T]:
    """Run a command and wait for its end; `read` gets its output as it arrives: (stream, content).

    Source: Engine API, Exec.

    Returns: its exit status, and what `read` returns.

    Raises:
        EngineError: the container is not running, or does not have the user.
    """
    body = {
        "AttachStdout": True,
        "AttachStderr": True,
        "Cmd": [*hook.command],
        "User": hook.user,
        "Privileged": hook.privileged,
        "WorkingDir": hook.working_dir,
        "Env": [name if value is None else f"{name}={value}" for name, value in hook.environment.items()],
    }
    created = engine.call("POST", f"/containers/{container.key}/exec", doing=doing, body=body).object()
    path = f"/exec/{require_text(created, 'Id')}"
    started = engine.call("POST", f"{path}/start", doing=doing, body={"Detach": False, "Tty": False}, stream=True)
    taken = read(read_frames(read_available(started)))
    return get_number(engine.object(f"{path}/json", doing=doing), "ExitCode"), taken
