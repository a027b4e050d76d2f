"""Report, with positions, the attributes that wtc or the engine does not support; `--strict` makes them errors."""

import os
from collections.abc import Iterable, Iterator

from wtc.dataclass import replace
from wtc.errors import ComposeFileError
from wtc.events import Warned
from wtc.model.diagnostic import Diagnostic, Severity
from wtc.model.position import Path
from wtc.model.project import Project
from wtc.orchestrator.context.context import Context
from wtc.orchestrator.session.shared_things import SEE_SHARED
from wtc.planner.addresses import is_loopback
from wtc.planner.desired.file_grants import special_files, unreachable_files
from wtc.regular_file import is_pipe_or_device, read_regular_file


def report_unsupported(
    project: Project, context: Context, *, strict: bool, shared: Iterable[Diagnostic] = (), starting: bool = True
) -> None:
    """Report all warnings of the file; those about what only a start needs, if something is `starting`.

    `shared`: what worktrees share (`shared_things`), which `strict` refuses too; it is not reported here.

    Raises:
        ComposeFileError: the file cannot be used, or `strict` is set and something is left out or shared; it lists all
            of them.
    """
    engine, report = context.engine, context.report
    found = [
        *project.warnings,
        *_engine_findings(project, engine.api_version),
        *unreachable_files(project, starting=starting),
        *_remote_binds(project, context),
        *special_files(project, is_pipe_or_device),
        *_unreadable_profiles(project),
    ]
    refuse_findings(found, shared=shared, strict=strict)
    for finding in found:
        report(Warned(diagnostic=finding))


def refuse_findings(found: Iterable[Diagnostic], *, shared: Iterable[Diagnostic], strict: bool) -> None:
    """Raise if one of the findings is an error; with `strict` also if something is left out or shared.

    Raises:
        ComposeFileError: with all findings that are refused.
    """
    refused = {Severity.ERROR, Severity.UNSUPPORTED} if strict else {Severity.ERROR}
    sharing = [*shared] if strict else []
    errors = [replace(d, severity=Severity.ERROR) for d in (*(d for d in found if d.severity in refused), *sharing)]
    if errors:
        raise ComposeFileError(errors[0].message, diagnostics=errors, hints=[SEE_SHARED] if sharing else [])


def _remote_binds(project: Project, context: Context) -> Iterator[Diagnostic]:
    """Return the binds of this machine's folders, if the engine is on another machine."""
    if is_loopback(context.engine.host):
        return
    from wtc.planner.checks.remote_binds import means_this_machine, remote_binds

    folders = (context.located.worktree, project.working_dir)
    yield from remote_binds(
        project, lambda path: means_this_machine(path, folders=folders, exists=os.path.lexists(path))
    )


def _unreadable_profiles(project: Project) -> Iterator[Diagnostic]:
    """Return the seccomp profiles that cannot be read, before anything is created."""
    from wtc.engine.translate.security import seccomp_file

    for service in project.services.values():
        for index, option in enumerate(service.security_opt):
            if name := seccomp_file(option):
                try:
                    read_regular_file(os.path.join(project.working_dir, name))
                except OSError as error:
                    reason = (error.strerror or str(error)).lower()
                    path: Path = ("services", service.name, "security_opt", index)
                    text = f"cannot read the seccomp profile `{name}` of service `{service.name}`: {reason}"
                    yield replace(_finding(project, path, text), severity=Severity.ERROR)


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
