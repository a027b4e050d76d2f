"""Findings about a file or a run, as data until the command line renders them."""

from dataclasses import dataclass
from enum import StrEnum

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
    variable: str = ""
    """The variable that is not set, if the finding is about one."""
