"""Check that the file's host ports are free, for `up --ports fixed`."""

from collections.abc import Mapping

from wtc.errors import ConflictError
from wtc.model.desired import Desired
from wtc.model.plan import Plan
from wtc.model.position import Path, Position
from wtc.planner.checks.fixed_ports import port_conflicts
from wtc.static_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wtc.engine.client.connection import Engine
    from wtc.model.ports import Program


def check_fixed_ports(engine: "Engine", desired: Desired, plan: Plan, positions: Mapping[Path, Position]) -> None:
    """Compare the ports that the plan would publish with what has them now.

    Processes are looked for if the engine publishes on this machine.

    Raises:
        ConflictError: another container, or a process, has one of the ports.
    """
    from wtc.engine.observe.snapshot import held_ports
    from wtc.ports.listeners import program_on

    def none(_port: int, _protocol: str, _address: str) -> "Program | None":
        return None

    find_program = program_on if engine.host_is_local else none
    found = port_conflicts(desired, plan, held_ports(engine), positions, find_program)
    if found:
        message = found[0].message if len(found) == 1 else f"{len(found)} host ports of the file are taken"
        hints = ["to publish this worktree's own ports instead, run `wtc up`"]
        raise ConflictError(message, diagnostics=found, hints=hints)
