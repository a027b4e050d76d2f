"""What wtc or the engine would leave out of a project: said with its place, and refused under `--strict`."""

from collections.abc import Collection, Iterator
from dataclasses import replace

from wtc.errors import ComposeFileError
from wtc.events import Reporter, Warned
from wtc.model.diagnostic import Diagnostic, Severity
from wtc.model.position import Path
from wtc.model.project import Project
from wtc.planner.desired.file_grants import unreachable_files


def report_unsupported(
    project: Project, api_version: tuple[int, int], report: Reporter, *, strict: bool, starting: bool = True
) -> None:
    """Warns of all of it, the file's other warnings included; of what only a start needs, if something is `starting`.

    Raises:
        ComposeFileError: it cannot be done at all; or `strict`, and something is left out; with all of it.
    """
    found = [*project.warnings, *_engine_findings(project, api_version), *unreachable_files(project, starting=starting)]
    refused = {Severity.ERROR, Severity.UNSUPPORTED} if strict else {Severity.ERROR}
    errors = [replace(d, severity=Severity.ERROR) for d in found if d.severity in refused]
    if errors:
        raise ComposeFileError(errors[0].message, diagnostics=errors)
    for finding in found:
        report(Warned(diagnostic=finding))


def refuse_without_content(project: Project, services: Collection[str]) -> None:
    """Before containers start (of all services where none is named).

    Raises:
        ComposeFileError: a secret or config of theirs has no content.
    """
    found = [d for d in unreachable_files(project) if d.severity is Severity.ERROR]
    errors = [d for d in found if not services or d.path[1] in services]
    if errors:
        raise ComposeFileError(errors[0].message, diagnostics=errors)


def _engine_findings(project: Project, api_version: tuple[int, int]) -> Iterator[Diagnostic]:
    """What the engine would leave out; what the file's warnings have already told is not told twice."""
    from wtc.engine.translate.unsupported import unsupported_attributes

    told = {d.path for d in project.warnings}
    for service in project.services.values():
        if service.provider:
            continue
        for message in unsupported_attributes(service, api_version):
            # Each begins with the attribute: `volumes.bind.selinux`, `devices (CDI)`.
            attribute = message.split("`")[1].replace(" ", ".").split(".")[0]
            path: Path = ("services", service.name, attribute)
            if path not in told:
                yield _finding(project, path, message)


def _finding(project: Project, path: Path, message: str) -> Diagnostic:
    position = project.positions.get(path) or project.positions.get(path[:2])
    return Diagnostic(message=message, severity=Severity.UNSUPPORTED, position=position, path=path)
