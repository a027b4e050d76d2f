"""Read the rules of `develop.watch` of the selected services. The disk is read by functions that are passed in. Pure.

Source: compose-spec, Develop Specification; docker/compose, pkg/compose/watch.go (2.40).
"""

import posixpath
from collections.abc import Callable, Iterator

from wtc.compose.source.discover import OVERRIDES
from wtc.dataclass import replace
from wtc.engine.images.dockerignore import BadPatternError, Ignore
from wtc.errors import ComposeFileError, WtcError
from wtc.model.build import Build, Watch
from wtc.model.diagnostic import Diagnostic, Severity
from wtc.model.position import Path
from wtc.model.project import Project
from wtc.model.service import Hook, Service
from wtc.orchestrator.file_watch.watch_rule import SYNCING, Action, IgnoredPaths, WatchRule, parse_patterns, relative
from wtc.settings.project_files import FILES
from wtc.static_typing import Protocol

NOT_CONFIGURED_HINT = (
    "to watch files, add `develop: {watch: [{action: sync, path: ./src, target: /app/src}]}` to a service"
)
DOCKERFILE = "Dockerfile"


class Disk(Protocol):
    """What the rules need to know of this machine's files."""

    def real_path(self, path: str) -> str:
        """Return the path without symbolic links, as far as it exists."""
        ...

    def kind(self, path: str) -> str:
        """Return `file`, `folder`, or `absent`."""
        ...

    def ignored(self, build: Build) -> IgnoredPaths | None:
        """Return the ignore file of a build; None if it has none. Raises: WtcError if it cannot be used."""
        ...


def read_rules(project: Project, disk: Disk, report: Callable[[Diagnostic], None], *, builds: bool) -> list[WatchRule]:
    """Return the rules of the project's services. `report` gets warnings; without `builds`, nothing may be built.

    Raises:
        ComposeFileError: a rule cannot be used; it lists all of them.
        WtcError: no service has a rule.
    """
    errors: list[Diagnostic] = []
    rules: list[WatchRule] = []
    for service in project.services.values():
        for found in _service_rules(service, disk, builds=builds):
            if isinstance(found, WatchRule):
                rules.append(found)
            elif found.severity is Severity.ERROR:
                errors.append(_placed(found, project))
            else:
                report(_placed(found, project))
    if errors:
        raise ComposeFileError(errors[0].message, diagnostics=errors)
    if not rules:
        raise WtcError("no selected service has a `develop.watch` section to watch", hints=[NOT_CONFIGURED_HINT])
    return rules


def _service_rules(service: Service, disk: Disk, *, builds: bool) -> Iterator[WatchRule | Diagnostic]:
    entries = service.develop.watch if service.develop else ()
    if not entries:
        return
    ignored = None
    try:
        ignored = disk.ignored(service.build) if service.build else None
    except WtcError as error:
        yield Diagnostic(
            message=error.message, path=("services", service.name, "build"), hint=next(iter(error.hints), "")
        )
    bound = tuple(disk.real_path(m.source) for m in service.volumes if m.type == "bind")
    for index, entry in enumerate(entries):
        path = ("services", service.name, "develop", "watch", index)
        try:
            yield _rule(service, entry, path, disk, ignored, bound, builds=builds)
        except _UnusableRuleError as error:
            yield error.finding
            continue
        if disk.kind(entry.path) == "absent":
            text = f"service `{service.name}` watches `{entry.path}`, which does not exist yet"
            yield Diagnostic(message=text, severity=Severity.WARNING, path=(*path, "path"))


class _UnusableRuleError(Exception):
    def __init__(self, finding: Diagnostic) -> None:
        super().__init__(finding.message)
        self.finding = finding


def _rule(
    service: Service,
    entry: Watch,
    path: Path,
    disk: Disk,
    ignored: IgnoredPaths | None,
    bound: tuple[str, ...],
    *,
    builds: bool,
) -> WatchRule:
    action, name = Action(entry.action), f"service `{service.name}`"
    watched = disk.real_path(entry.path)
    if action is Action.REBUILD and service.build is None:
        raise _error(
            f"{name} has a watch rule that rebuilds its image, but no `build`",
            (*path, "action"),
            hint="to build an image, add `build:` to the service",
        )
    if action is Action.REBUILD and not builds:
        raise _error(f"{name} has a watch rule that rebuilds its image, which `--no-build` excludes", (*path, "action"))
    if action is Action.SYNC_EXEC and not (entry.exec and entry.exec.command):
        raise _error(
            f"{name} has a watch rule with the action `sync+exec` and no command",
            path,
            hint="to run one, add `exec: {command: [...]}` to the rule",
        )
    syncs = action in SYNCING
    if syncs and any(relative(watched, folder) is not None for folder in bound):
        text = f"{name} mounts `{entry.path}` as a bind, so it is not watched"
        raise _UnusableRuleError(Diagnostic(message=text, severity=Severity.WARNING, path=(*path, "path")))
    own = IgnoredPaths(folder=watched, patterns=_patterns(entry.ignore, (*path, "ignore"), service.name))
    return WatchRule(
        service=service.name,
        action=action,
        path=watched,
        target=posixpath.normpath(f"/{entry.target.lstrip('/')}") if syncs else "",
        into_target=syncs and entry.target.endswith("/"),
        exec=_hook(entry) if action is Action.SYNC_EXEC else None,
        include=_patterns(entry.include, (*path, "include"), service.name) if entry.include else None,
        ignored=(own, ignored) if ignored else (own,),
        bound=bound,
        initial_sync=syncs and entry.initial_sync,
        initially_ignored=_described_by(service),
    )


def _patterns(texts: tuple[str, ...], path: Path, service: str) -> Ignore:
    for index, text in enumerate(texts):
        try:
            parse_patterns([text])
        except BadPatternError:
            raise _error(
                f"service `{service}` has a watch rule with an invalid pattern: `{text}`",
                (*path, index),
                hint="to match special characters literally, put a `\\` before each",
            ) from None
    return parse_patterns(texts)


def _hook(entry: Watch) -> Hook | None:
    given = entry.exec
    return given and Hook(
        command=given.command or (),
        user=given.user,
        privileged=given.privileged,
        working_dir=given.working_dir,
        environment=given.environment,
    )


def _described_by(service: Service) -> frozenset[str]:
    """Return the names of the files that describe the stack and the service's image."""
    dockerfile = posixpath.basename(service.build.dockerfile) if service.build else ""
    return frozenset({*FILES, *OVERRIDES, DOCKERFILE, dockerfile or DOCKERFILE})


def _error(message: str, path: Path, *, hint: str = "") -> _UnusableRuleError:
    return _UnusableRuleError(Diagnostic(message=message, path=path, hint=hint))


def _placed(finding: Diagnostic, project: Project) -> Diagnostic:
    """Return the finding with the position of its path, or of what contains it."""
    places = (finding.path[:end] for end in range(len(finding.path), 0, -1))
    return replace(finding, position=next((found for p in places if (found := project.positions.get(p))), None))
