"""Collect diagnostics: a stage reports a problem and continues, so that one run reports all problems of a file.

Values of variables can be secrets: the findings that leave here show `${NAME}`, as the file does.
"""

from collections.abc import Callable, Iterable

from wtc.dataclass import replace
from wtc.errors import ComposeFileError
from wtc.model.diagnostic import Diagnostic, Severity
from wtc.model.position import Path, Position
from wtc.static_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wtc.compose.interpolation.template import Part

MAX_FINDINGS = 1_000
"""Maximum number of findings of one severity."""


class Diagnostics:
    """The findings of one load, in the order in which they were reported."""

    def __init__(self, *, provisional: bool = False) -> None:
        self.found: list[Diagnostic] = []
        self._provisional = provisional
        self._reported: dict[Severity, set[Diagnostic]] = {}
        self._substituted: dict[Position, list[tuple[Part, ...]]] = {}

    def record_substitution(self, position: Position, parts: "tuple[Part, ...]") -> None:
        """Record the parts of a text with variables, so that no finding at its position shows their values."""
        texts = self._substituted.setdefault(position, [])
        if parts not in texts:
            texts.append(parts)

    def error(
        self, message: str, position: Position | None = None, path: Path = (), *, hint: str = "", variable: str = ""
    ) -> None:
        """Report a problem that makes the file unusable."""
        self.report(Diagnostic(message=message, position=position, path=path, hint=hint, variable=variable))

    def warning(
        self, message: str, position: Position | None = None, path: Path = (), *, hint: str = "", variable: str = ""
    ) -> None:
        """Report a problem that does not stop the load."""
        severity = Severity.WARNING
        self.report(
            Diagnostic(message=message, severity=severity, position=position, path=path, hint=hint, variable=variable)
        )

    def unsupported(self, message: str, position: Position | None = None, path: Path = (), *, hint: str = "") -> None:
        """Report an attribute that wtc does not support: a warning, an error under `--strict`."""
        severity = Severity.UNSUPPORTED
        self.report(Diagnostic(message=message, severity=severity, position=position, path=path, hint=hint))

    def report(self, finding: Diagnostic) -> None:
        """Add a finding unless it was reported already. A position without a file is dropped."""
        if finding.position and not finding.position.file:
            finding = replace(finding, position=None)
        severity = finding.severity
        reported = self._reported.setdefault(severity, set())
        if finding in reported or len(reported) > MAX_FINDINGS:
            return
        reported.add(finding)
        if len(reported) > MAX_FINDINGS:
            message = f"more than {MAX_FINDINGS} findings of this kind; the rest is not shown"
            finding = Diagnostic(message=message, severity=severity)
        self.found.append(finding)

    def drop_errors(self, dropped: Callable[[Diagnostic], bool]) -> list[Diagnostic]:
        """Remove the errors for which `dropped` is true, and return them."""
        errors = [d for d in self.found if d.severity is Severity.ERROR and dropped(d)]
        self.found = [d for d in self.found if d not in errors] if errors else self.found
        return errors

    @property
    def errors(self) -> list[Diagnostic]:
        """The findings that make the file unusable, with the values of variables: to go on, not to be shown."""
        return [d for d in self.found if d.severity is Severity.ERROR and not (self._provisional and d.variable)]

    @property
    def pending(self) -> list[Diagnostic]:
        """In a provisional load: one error for each required variable that has no value yet."""
        pending = [d for d in self.found if d.severity is Severity.ERROR and self._provisional and d.variable]
        return self._without_values(pending)

    @property
    def warnings(self) -> list[Diagnostic]:
        """The findings that are not errors."""
        return self._without_values(d for d in self.found if d.severity is not Severity.ERROR)

    def check(self) -> None:
        """Stop the load if an error was reported.

        Raises:
            ComposeFileError: an error was reported; carries all findings.
        """
        if self.errors:
            # An empty value that is invalid only because its variable is missing is not worth a second finding.
            missing = {d.position for d in self.pending if d.position}
            found = self._without_values(d for d in self.found if d.variable or d.position not in missing)
            first = next(d for d in found if d.severity is Severity.ERROR)
            raise ComposeFileError(first.message, diagnostics=found)

    def _without_values(self, findings: Iterable[Diagnostic]) -> list[Diagnostic]:
        return [self._without_value(finding) for finding in findings]

    def _without_value(self, finding: Diagnostic) -> Diagnostic:
        texts = self._substituted.get(finding.position) if finding.position else None
        if texts is None:
            return finding
        from wtc.compose.interpolation.hide_values import hide_values

        return hide_values(finding, texts)
