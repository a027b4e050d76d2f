"""Secrets and configs of a service: files are mounted read-only, contents are put into the container."""

from collections.abc import Iterator, Mapping

from wtc.model.desired import InjectedFile
from wtc.model.mounts import FileGrant, FileSource, Mount
from wtc.model.service import Service


def granted_files(
    service: Service, secrets: Mapping[str, FileSource], configs: Mapping[str, FileSource]
) -> tuple[tuple[Mount, ...], tuple[InjectedFile, ...]]:
    """What to mount and what to inject. Source: compose-spec, secrets and configs of a service."""
    mounts: list[Mount] = []
    files: list[InjectedFile] = []
    for grant, source, target in _grants(service, secrets, configs):
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


def _grants(
    service: Service, secrets: Mapping[str, FileSource], configs: Mapping[str, FileSource]
) -> Iterator[tuple[FileGrant, FileSource, str]]:
    for grants, sources, folder in ((service.configs, configs, "/"), (service.secrets, secrets, "/run/secrets/")):
        for grant in grants:
            if source := sources.get(grant.source):
                target = grant.target or grant.source
                yield grant, source, target if target.startswith("/") else folder + target


def _number(text: str) -> int:
    return int(text) if text.isdigit() else 0
