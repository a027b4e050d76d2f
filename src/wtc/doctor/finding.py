"""The findings of `wtc doctor`."""

from wtc.dataclass import dataclass
from wtc.errors import WtcError
from wtc.model.diagnostic import Diagnostic


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line of the report: a check passed or failed. `hint` says what to do, also to get an optional feature."""

    subject: str
    well: bool
    text: str
    hint: str = ""


def passed(subject: str, text: str) -> Finding:
    """Return the finding of a check that passed."""
    return Finding(subject=subject, well=True, text=text)


def without(subject: str, text: str, hint: str) -> Finding:
    """Return the finding for an optional feature that is missing, which is not a failure."""
    return Finding(subject=subject, well=True, text=text, hint=hint)


def failed(subject: str, text: str, hint: str) -> Finding:
    """Return the finding of a check that failed."""
    return Finding(subject=subject, well=False, text=text, hint=hint)


def error_findings(subject: str, error: WtcError, hint: str = "") -> list[Finding]:
    """Return the error as findings: one for each of its diagnostics, or one for its message."""
    if error.diagnostics:
        return [failed(subject, _with_position(d), d.hint or hint) for d in error.diagnostics]
    return [failed(subject, ": ".join([error.message, *error.causes]), error.hints[0] if error.hints else hint)]


def _with_position(diagnostic: Diagnostic) -> str:
    return f"{diagnostic.position}: {diagnostic.message}" if diagnostic.position else diagnostic.message
