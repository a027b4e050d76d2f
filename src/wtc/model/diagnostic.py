"""What is to be said about a file, or about a run: kept as data until the edge renders it."""

from dataclasses import dataclass
from enum import StrEnum

from wtc.model.position import Path, Position


class Severity(StrEnum):
    """How bad it is. `UNSUPPORTED` warns, and is an error under `--strict`."""

    ERROR = "error"
    UNSUPPORTED = "unsupported"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """One finding: what is wrong (lower case, no final period), where, and what to do next."""

    message: str
    severity: Severity = Severity.ERROR
    position: Position | None = None
    path: Path = ()
    hint: str = ""
    variable: str = ""
    """The variable that it says is not set."""
