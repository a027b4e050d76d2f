"""Secrets and configs of a service: files are mounted read-only, contents are copied into the container. Pure."""

from collections.abc import Callable, Iterator, Mapping

from wtc.model.desired import InjectedFile
from wtc.model.diagnostic import Diagnostic, Severity
from wtc.model.mounts import FileGrant, FileSource, Mount
from wtc.model.position import Path, Position
from wtc.model.project import Project
from wtc.model.service import Service


def granted_files(
    service: Service, secrets: Mapping[str, FileSource], configs: Mapping[str, FileSource]
) -> tuple[tuple[Mount, ...], tuple[InjectedFile, ...]]:
    """Return what to mount and what to copy in. Source: compose-spec, secrets and configs of a service."""
    mounts: list[Mount] = []
    files: list[InjectedFile] = []
    for _, grant, source, target in _grants(service, secrets, configs):
        if source.file:
            mounts.append(Mount(type="bind", source=source.file, target=target, read_only=True))
        elif source.content is not None:
            files.append(
                InjectedFile(
                    path=target,
                    content=source.content.encode(),
                    uid=_number(grant.uid),
                    gid=_number(grant.gid),
                    mode=0o444 if grant.mode is None else grant.mode,
                )
            )
    return tuple(mounts), tuple(files)


def special_files(project: Project, is_special: Callable[[str], bool]) -> Iterator[Diagnostic]:
    """Yield a finding for each secret or config whose `file` is a pipe or a device, as `is_special` knows."""
    for service in project.services.values():
        for path, grant, source, _ in _grants(service, project.secrets, project.configs):
            if source.file and is_special(source.file):
                what = f"{_grant_title(path, grant.source)} of service `{service.name}`"
                yield Diagnostic(
                    message=f"{what} is `{source.file}`, a pipe or a device, not a file",
                    position=_position(project, path),
                    path=path,
                )


def unreachable_files(project: Project, *, starting: bool = True) -> tuple[Diagnostic, ...]:
    """Return a finding for each secret or config that a container could not read at its target.

    A variable that is not set has no content, which is a finding only if something is `starting`. An engine without
    Swarm has no external secrets. The engine cannot copy a file into a read-only root filesystem, except into a mount;
    a tmpfs is empty when the container starts.
    """
    return tuple(
        finding
        for service in project.services.values()
        for path, grant, source, target in _grants(service, project.secrets, project.configs)
        if not source.file
        for finding in (
            _missing_source(project, path, grant.source, source, starting=starting)
            if source.content is None
            else _out_of_reach(project, service, path, grant.source, target)
        )
    )


def _missing_source(
    project: Project, path: Path, name: str, source: FileSource, *, starting: bool
) -> Iterator[Diagnostic]:
    what, position = f"{_grant_title(path, name)} of service `{path[1]}`", _position(project, path)
    if source.external:
        yield Diagnostic(
            message=f"{what} is external, which needs a Swarm",
            position=position,
            path=path,
            hint="to give it content, write `file:` or `environment:` instead of `external:`",
        )
    elif source.environment and starting:
        yield Diagnostic(
            message=f"{what} is in the variable `{source.environment}`, which is not set",
            position=position,
            path=path,
            hint=f"to set it, export `{source.environment}`, or add it to `.env`",
        )


def _position(project: Project, path: Path) -> Position | None:
    return project.positions.get(path) or project.positions.get(path[:3])


def _grant_title(path: Path, name: str) -> str:
    return f"{'secret' if path[2] == 'secrets' else 'config'} `{name}`"


def _out_of_reach(project: Project, service: Service, path: Path, name: str, target: str) -> Iterator[Diagnostic]:
    what = f"the content of {_grant_title(path, name)}"
    position = _position(project, path)
    mounted = [m for m in service.volumes if m.type in {"bind", "volume"} and _is_below(target, m.target)]
    hiding = [
        *(text.partition(":")[0] for text in service.tmpfs),
        *(m.target for m in service.volumes if m.type == "tmpfs"),
    ]
    if service.read_only and not mounted:
        yield Diagnostic(
            message=f"service `{service.name}` is `read_only`, so {what} cannot be copied into it",
            position=position,
            path=path,
            hint="to mount it instead, keep it in a file and write `file:`",
        )
    elif over := next((t for t in hiding if _is_below(target, t)), ""):
        yield Diagnostic(
            message=f"{what} is copied to `{target}` of service `{service.name}`, where the tmpfs on `{over}` hides it",
            severity=Severity.WARNING,
            position=position,
            path=path,
            hint="to mount it instead, keep it in a file and write `file:`",
        )


def _is_below(path: str, folder: str) -> bool:
    return path.startswith(folder.rstrip("/") + "/")


def _grants(
    service: Service, secrets: Mapping[str, FileSource], configs: Mapping[str, FileSource]
) -> Iterator[tuple[Path, FileGrant, FileSource, str]]:
    kinds = (("configs", service.configs, configs, "/"), ("secrets", service.secrets, secrets, "/run/secrets/"))
    for attribute, grants, sources, folder in kinds:
        for index, grant in enumerate(grants):
            if source := sources.get(grant.source):
                target = grant.target or grant.source
                path: Path = ("services", service.name, attribute, index)
                yield path, grant, source, target if target.startswith("/") else folder + target


def _number(text: str) -> int:
    return int(text) if text.isdigit() else 0
