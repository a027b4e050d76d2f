"""Run lifecycle hooks. Source: compose-spec, `post_start` and `pre_stop`; Engine API, Exec."""

from typing import TYPE_CHECKING

from wtc.engine.client.json_access import get_number, require_text
from wtc.engine.client.output_stream import read_available, read_frames, read_tail
from wtc.errors import WtcError
from wtc.model.plan import RunHook

if TYPE_CHECKING:
    from wtc.engine.client.connection import Engine


def run_hook(engine: "Engine", operation: RunHook) -> None:
    """Run a hook and wait for its end. Raises: WtcError if it fails; `detail` has its output."""
    hook, container = operation.hook, operation.container
    command = hook.command[0] if hook.command else ""
    doing = f"run hook `{command}` in container `{container.name}`"
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
    output = read_tail(read_frames(read_available(started))).decode(errors="replace")
    if status := get_number(engine.object(f"{path}/json", doing=doing), "ExitCode"):
        raise WtcError(
            f"hook `{command}` in container `{container.name}` ended with status {status}", detail=output.rstrip()
        )
