"""Resource limits of a sandboxed command and all of its descendants together."""

from wtc.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class ResourceLimits:
    """None means: no limit."""

    memory_limit_mb: int | None = None
    """Mebibytes, swap included."""
    cpu_quota_percent: int | None = None
    """Percent of one processor: 150 is one and a half."""
    pid_limit: int | None = None
    """Processes and threads at the same time."""
