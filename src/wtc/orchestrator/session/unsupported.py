"""Report, with positions, the attributes that wtc or the engine does not support; `--strict` makes them errors."""

from collections.abc import Iterator

from wtc.dataclass import replace
from wtc.errors import ComposeFileError
from wtc.events import Reporter, Warned
from wtc.model.diagnostic import Diagnostic, Severity
from wtc.model.position import Path
from wtc.model.project import Project
from wtc.planner.desired.file_grants import unreachable_files


def report_unsupported(
    project: Project, api_version: tuple[int, int], report: Reporter, *, strict: bool, starting: bool = True
) -> None:
    """Report all warnings of the file; those about what only a start needs, if something is `starting`.

    Raises:
        ComposeFileError: the file cannot be used, or `strict` is set and something is left out; it lists all of them.
    """
    found = [*project.warnings, *_engine_findings(project, api_version), *unreachable_files(project, starting=starting)]
    refused = {Severity.ERROR, Severity.UNSUPPORTED} if strict else {Severity.ERROR}
    errors = [replace(d, severity=Severity.ERROR) for d in found if d.severity in refused]
    if errors:
        raise ComposeFileError(errors[0].message, diagnostics=errors)
    for finding in found:
        report(Warned(diagnostic=finding))


def _engine_findings(project: Project, api_version: tuple[int, int]) -> Iterator[Diagnostic]:
    """Return what the engine does not support, without what the file's warnings report already."""
    from wtc.engine.translate.unsupported import unsupported_attributes

    reported = {d.path for d in project.warnings}
    for service in project.services.values():
        if service.provider:
            continue
        for message in unsupported_attributes(service, api_version):
            # Each begins with the attribute: `volumes.bind.selinux`, `devices (CDI)`.
            attribute = message.split("`")[1].replace(" ", ".").split(".")[0]
            path: Path = ("services", service.name, attribute)
            if path not in reported:
                yield _finding(project, path, message)


def _finding(project: Project, path: Path, message: str) -> Diagnostic:
    position = project.positions.get(path) or project.positions.get(path[:2])
    return Diagnostic(message=message, severity=Severity.UNSUPPORTED, position=position, path=path)
