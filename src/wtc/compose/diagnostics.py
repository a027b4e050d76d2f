"""Collecting what is wrong: a stage reports and goes on, so that one run names every problem of a file."""

from collections.abc import Callable
from dataclasses import replace

from wtc.errors import ComposeFileError
from wtc.model.diagnostic import Diagnostic, Severity
from wtc.model.position import Path, Position

MAX_FINDINGS = 1_000
"""Of one severity: more than anyone reads."""


class Diagnostics:
    """The findings of one load, in the order in which they were made."""

    def __init__(self, *, provisional: bool = False) -> None:
        self.found: list[Diagnostic] = []
        self._provisional = provisional
        self._told: dict[Severity, set[Diagnostic]] = {}

    def error(
        self, message: str, position: Position | None = None, path: Path = (), *, hint: str = "", variable: str = ""
    ) -> None:
        """Reports what makes the file unusable."""
        self.report(Diagnostic(message=message, position=position, path=path, hint=hint, variable=variable))

    def warning(
        self, message: str, position: Position | None = None, path: Path = (), *, hint: str = "", variable: str = ""
    ) -> None:
        """Reports what is odd and goes through."""
        severity = Severity.WARNING
        self.report(
            Diagnostic(message=message, severity=severity, position=position, path=path, hint=hint, variable=variable)
        )

    def unsupported(self, message: str, position: Position | None = None, path: Path = (), *, hint: str = "") -> None:
        """Reports what wtc reads and cannot carry out: a warning, an error under `--strict`."""
        severity = Severity.UNSUPPORTED
        self.report(Diagnostic(message=message, severity=severity, position=position, path=path, hint=hint))

    def report(self, finding: Diagnostic) -> None:
        """Takes a finding, once; a position without a file is none."""
        if finding.position and not finding.position.file:
            finding = replace(finding, position=None)
        severity = finding.severity
        told = self._told.setdefault(severity, set())
        if finding in told or len(told) > MAX_FINDINGS:
            return
        told.add(finding)
        if len(told) > MAX_FINDINGS:
            message = f"there are more than {MAX_FINDINGS} findings of this kind, the rest is not shown"
            finding = Diagnostic(message=message, severity=severity)
        self.found.append(finding)

    def drop_errors(self, dropped: Callable[[Diagnostic], bool]) -> list[Diagnostic]:
        """Forget the errors that are `dropped`, and return them."""
        gone = [d for d in self.found if d.severity is Severity.ERROR and dropped(d)]
        self.found = [d for d in self.found if d not in gone] if gone else self.found
        return gone

    @property
    def errors(self) -> list[Diagnostic]:
        """The findings that make the file unusable."""
        return [d for d in self.found if d.severity is Severity.ERROR and not (self._provisional and d.variable)]

    @property
    def pending(self) -> list[Diagnostic]:
        """In a provisional load: required variables that have no value by now."""
        return [d for d in self.found if d.severity is Severity.ERROR and self._provisional and d.variable]

    @property
    def warnings(self) -> list[Diagnostic]:
        """All other findings."""
        return [d for d in self.found if d.severity is not Severity.ERROR]

    def check(self) -> None:
        """Ends the load where something was wrong.

        Raises:
            ComposeFileError: with every finding.
        """
        if self.errors:
            # What the empty text in a missing variable's place is not fit for goes without saying.
            missing = {d.position for d in self.pending if d.position}
            found = [d for d in self.found if d.variable or d.position not in missing]
            first = next(d for d in found if d.severity is Severity.ERROR)
            raise ComposeFileError(first.message, diagnostics=found)
