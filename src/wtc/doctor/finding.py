"""What the examination comes to."""

from dataclasses import dataclass

from wtc.errors import WtcError
from wtc.model.diagnostic import Diagnostic


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line: something is well, or it is not. `hint` says what to do, also to get what wtc works without."""

    subject: str
    well: bool
    text: str
    hint: str = ""


def passed(subject: str, text: str) -> Finding:
    """Nothing to do."""
    return Finding(subject=subject, well=True, text=text)


def without(subject: str, text: str, hint: str) -> Finding:
    """Something is missing that wtc works without, so that it is not a failure."""
    return Finding(subject=subject, well=True, text=text, hint=hint)


def failed(subject: str, text: str, hint: str) -> Finding:
    """Something to do."""
    return Finding(subject=subject, well=False, text=text, hint=hint)


def error_findings(subject: str, error: WtcError, hint: str = "") -> list[Finding]:
    """The error's own words; one finding for each of its diagnostics, where it has some."""
    if error.diagnostics:
        return [failed(subject, _with_position(d), d.hint or hint) for d in error.diagnostics]
    return [failed(subject, ": ".join([error.message, *error.causes]), error.hints[0] if error.hints else hint)]


def _with_position(diagnostic: Diagnostic) -> str:
    return f"{diagnostic.position}: {diagnostic.message}" if diagnostic.position else diagnostic.message
