"""A container that failed, as data for the command line."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedContainer:
    """A container as wtc last observed it."""

    service: str
    """Empty for a container that belongs to no service."""
    name: str
    state: str
    """As in `ObservedContainer`."""
    exit_status: int | None
    """Of its last exit; None if it has not exited."""
    health: str
    """`starting`, `healthy`, `unhealthy`, or empty if it has no healthcheck."""
    log_lines: tuple[str, ...] = ()
    """The last lines of its output."""
