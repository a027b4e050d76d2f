"""Resource use of containers, as table rows and as JSON."""

from wtc.cli.render.replica_name import replica_name
from wtc.format_units import size_text
from wtc.static_typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from wtc.model.usage import Usage
    from wtc.orchestrator.stats import StatsResult

HEADER = ("service", "memory", "limit", "memory %", "cpu %", "cpus")
SPARE = ("cpus", "memory %", "limit")
"""Columns to drop on a narrow terminal, in this order."""


def stats_header(*, everywhere: bool) -> tuple[str, ...]:
    """Return the column titles."""
    return ("namespace", "worktree", *HEADER) if everywhere else HEADER


def stats_rows(result: "StatsResult", *, everywhere: bool) -> list[list[str]]:
    """Return a row for each container; a dash means unknown or no limit."""
    rows: list[list[str]] = []
    for stack in result.stacks:
        place = [stack.namespace.name, stack.namespace.worktree] if everywhere else []
        for measured in stack.containers:
            container, usage = measured.container, measured.usage
            rows.append(
                [
                    *place,
                    replica_name(container.service, container.number),
                    size_text(usage.memory_bytes) if usage else "-",
                    limit_text(usage),
                    _percent(usage.memory_percent) if usage else "-",
                    _percent(usage.cpu_percent) if usage else "-",
                    f"{container.cpus:g}" if container.cpus else "-",
                ]
            )
    return rows


def total_text(result: "StatsResult") -> str:
    """Return the total memory use, and the memory of the machine."""
    used = sum(m.usage.memory_bytes for s in result.stacks for m in s.containers if m.usage)
    memory = f" of {size_text(result.machine.memory_bytes)}" if result.machine.memory_bytes else ""
    count = sum(len(s.containers) for s in result.stacks)
    return f"{size_text(used)}{memory} in use, by {count} container{'' if count == 1 else 's'}"


def limit_text(usage: "Usage | None") -> str:
    """Return the limit, for example `512 MiB`, or a dash."""
    return size_text(usage.limit_bytes) if usage and usage.limit_bytes else "-"


def stats_document(result: "StatsResult") -> dict[str, Any]:
    """Return the result as JSON; unknown values and missing limits are null."""
    return {
        "machine": {"memory_bytes": result.machine.memory_bytes or None, "cpus": result.machine.cpus or None},
        "stacks": [
            {
                "worktree": stack.namespace.worktree,
                "namespace": stack.namespace.name,
                "containers": [
                    {
                        "service": m.container.service,
                        "replica": m.container.number,
                        "container": m.container.name,
                        **usage_document(m.usage),
                        "cpu_percent": _rounded(m.usage.cpu_percent if m.usage else None),
                        "cpus_limit": m.container.cpus or None,
                    }
                    for m in stack.containers
                ],
            }
            for stack in result.stacks
        ],
    }


def usage_document(usage: "Usage | None") -> dict[str, Any]:
    """Return a container's memory use and limit; null if it does not run or has no limit."""
    return {
        "memory_bytes": usage.memory_bytes if usage else None,
        "memory_limit_bytes": usage.limit_bytes or None if usage else None,
    }


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f}%"


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)
