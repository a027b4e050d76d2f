"""The whole command line of a sandbox: what joins the control groups, bubblewrap, rlimits, the command. Pure."""

from collections.abc import Sequence

from wtc.sandbox.availability import RESET_SIGNALS
from wtc.sandbox.enforcement import Enforcement, Method
from wtc.sandbox.systemd import scope_command

CANNOT_START = 125
"""The exit status if a limit cannot be applied to the command, as that of env(1)."""
_JOIN = f'while [ "$1" != -- ]; do echo 0 >"$1" || exit {CANNOT_START}; shift; done; shift; exec "$@"'
_IGNORE = 'trap "" HUP INT QUIT TERM; '
"""bubblewrap dies of these, and the command would with it, before it can react."""
_RLIMITS = (
    f'if [ "$1" ]; then ulimit -v "$1" || exit {CANNOT_START}; fi; '
    # bash and the shells that follow dash have different letters for it.
    f'if [ "$2" ]; then ulimit -u "$2" 2>/dev/null || ulimit -p "$2" || exit {CANNOT_START}; fi; '
    'shift 2; exec "$@"'
)


def launch_command(
    command: Sequence[str], enforcement: Enforcement, *, sandbox: Sequence[str] = (), resets_signals: bool = False
) -> list[str]:
    """Return the program and arguments to start.

    `sandbox` is the bubblewrap command line up to `--`; empty: the command runs on the host. `resets_signals`: inside
    the sandbox `RESET_SIGNALS` works, so that bubblewrap can ignore the signals that the command handles.
    """
    inner = [*_rlimit_arguments(enforcement), *command]
    if sandbox:
        inner = [*sandbox, *(RESET_SIGNALS if resets_signals else ()), *inner]
    groups = [group.processes for group in enforcement.groups]
    if groups or resets_signals:
        script = (_IGNORE if resets_signals else "") + _JOIN
        inner = ["/bin/sh", "-c", script, "sh", *groups, "--", *inner]
    in_scope = enforcement.limited_by(Method.SYSTEMD)
    return [*scope_command(in_scope, as_root=enforcement.as_root), *inner] if in_scope else inner


def _rlimit_arguments(enforcement: Enforcement) -> list[str]:
    values = enforcement.limited_by(Method.RLIMIT)
    if not values:
        return []
    memory_kib = str(values["memory"] >> 10) if "memory" in values else ""
    return ["/bin/sh", "-c", _RLIMITS, "sh", memory_kib, str(values.get("pids", ""))]
