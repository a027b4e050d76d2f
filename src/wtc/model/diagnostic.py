"""Findings about a file or a run, as data until the command line renders them."""

from enum import StrEnum

from wtc.dataclass import dataclass, field
from wtc.model.position import Path, Position


class Severity(StrEnum):
    """The severity of a finding. `UNSUPPORTED` is a warning, and an error under `--strict`."""

    ERROR = "error"
    UNSUPPORTED = "unsupported"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """One finding: the message (lower case, no final period), the position, and what to do next."""

    message: str
    severity: Severity = Severity.ERROR
    position: Position | None = None
    path: Path = ()
    hint: str = ""
    service: str = ""
    """The service that it is about, if `path` does not begin with it."""
    variable: str = ""
    """The variable that is not set, if the finding is about one."""
    complaint: str = field(default="", compare=False, repr=False)
    """What else is known of it, to find its place by; empty if that is in the error."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthCheck:
    """The last health check of a container: how many in a row failed, at how many it is unhealthy, its last output."""

    failed: int
    retries: int
    output: str


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
    health_check: HealthCheck | None = None
    """None if no health check has failed."""
    log_lines: tuple[str, ...] = ()
    """The last lines of its output."""
