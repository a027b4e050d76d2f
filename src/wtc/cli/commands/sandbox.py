"""`wtc sandbox`."""

import math
import sys

from wtc.cli import container_options as options
from wtc.cli.declarations import Argument, Option
from wtc.cli.options import with_target
from wtc.errors import UsageError
from wtc.orchestrator.context.target import Target
from wtc.static_typing import Annotated

EXAMPLES = "Example: wtc sandbox --memory 2g --cpus 1.5 --pids 200 -- npm test"
CONTEXT = options.PASS_THROUGH


@with_target
def command(
    target: Target,
    words: Annotated[list[str], Argument(metavar="COMMAND [ARGS]...", show_default=False)],
    memory: Annotated[
        str, Option("--memory", metavar="SIZE", help="Limit the memory, for example `2g`; at least `1m`.")
    ] = "",
    cpus: Annotated[float | None, Option("--cpus", metavar="N", help="Limit the CPUs, for example `1.5`.")] = None,
    pids: Annotated[int | None, Option("--pids", metavar="N", help="Limit the processes and threads.", min=1)] = None,
    share: Annotated[
        list[str] | None,
        Option("--share", metavar="DIR", help="Give access to a folder, read and write; repeatable."),
    ] = None,
    socket: Annotated[
        list[str] | None, Option("--socket", metavar="PATH", help="Give access to a Unix socket; repeatable.")
    ] = None,
    stack: Annotated[
        bool, Option("--stack", help="Connect it to the stack's services, by name, and to nothing else.")
    ] = False,
    best_effort: Annotated[
        bool, Option("--best-effort", help="Skip limits that cannot be enforced on this host.")
    ] = False,
    no_sandbox: Annotated[
        bool, Option("--no-sandbox", help="Run the command on the host, in the worktree, with only the limits.")
    ] = False,
) -> int:
    """Run a command in a sandbox that can access the worktree and little else, and exit with its status.

    The command can write to the worktree and read the system folders. It has no network and cannot access the home
    folder, the engine or other worktrees. git works. Requires Linux and bubblewrap.
    """
    from wtc.cli.render.warnings import report_warnings
    from wtc.orchestrator.sandbox import ResourceLimits, SandboxRequest, parse_mebibytes, sandbox

    request = SandboxRequest(
        command=tuple(words),
        limits=ResourceLimits(
            memory_limit_mb=parse_mebibytes(memory) if memory else None,
            cpu_quota_percent=None if cpus is None else _percent(cpus),
            pid_limit=pids,
        ),
        shared=tuple(share or ()),
        sockets=tuple(socket or ()),
        stack=stack,
        best_effort=best_effort,
        unsandboxed=no_sandbox,
    )
    sys.stdout.flush()
    return sandbox(target, request, report_warnings)


def _percent(cpus: float) -> int:
    if not (math.isfinite(cpus) and cpus >= 0.01):
        raise UsageError(f"`--cpus` is `{cpus:g}`, and must be at least 0.01")
    return round(cpus * 100)
