"""`setup`: makes a fresh worktree ready for its stack. No engine is asked, and what is there stays as it is."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from wtc.config import BIND, ENV_FROM
from wtc.errors import ComposeFileError, EngineUnreachableError
from wtc.events import Note, Reporter
from wtc.model.lease import Endpoint
from wtc.orchestrator.identify import identify
from wtc.orchestrator.leases import Ports, lease_ports
from wtc.orchestrator.ports import endpoint_at
from wtc.orchestrator.project import read_project
from wtc.orchestrator.seeding import Copied, copy_included, seed_env
from wtc.orchestrator.stack import Home, engine_host, open_home, read_registry, warn
from wtc.orchestrator.target import Located, Target, locate
from wtc.registry.key import place_of
from wtc.registry.lease import register
from wtc.worktrees.locate import Worktree, worktree_at

_MANY = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupResult:
    """What the worktree has now, and which of its files were made for it."""

    worktree: str
    namespace: str
    env: Copied | None
    """`.env`, where it was made."""
    copied: tuple[Copied, ...]
    """What `.worktreeinclude` names."""
    endpoints: tuple[Endpoint, ...]


def setup(target: Target, report: Reporter) -> SetupResult:
    """Copies what the worktree lacks, registers its stack, and leases the stack's ports.

    Raises:
        ComposeFileError: there is no compose file, or it cannot be used; the files are copied by then.
        WtcError: a file cannot be copied, or the registry not be written.
    """
    home = open_home(target, report)
    home.store.require()
    first = locate(target)
    if not os.path.isdir(first.worktree) and first.missing:
        raise first.missing
    worktree = worktree_at(first.worktree)

    def tell(text: str) -> None:
        warn(report, text)

    # What the user lists comes before what is made from an example; and either may bring the compose file along.
    copied = copy_included(worktree, target.environment, tell)
    located = locate(target)
    env = seed_env(
        _project_folder(located),
        worktree,
        lambda: _env_from(located, home, target),
        target.environment,
        tell,
    )
    for text in _told([*copied, *([env] if env else [])], worktree):
        report(Note(text=text))
    located = locate(target)
    project = read_project(located, env_files=False)
    settings = home.settings_for(project)
    known = read_registry(home, report)
    namespace = identify(located, home, None, create=True).namespace
    register(home.store, namespace)
    ports = lease_ports(
        home.store,
        namespace,
        project,
        scales={},
        settings=settings,
        # Where the registry was lost, a port that is held may well be held by the stack itself.
        probe=bool(known.stacks) and _engine_is_local(target),
    )
    return SetupResult(
        worktree=located.worktree,
        namespace=namespace.name,
        env=env,
        copied=tuple(copied),
        endpoints=_endpoints(ports, settings.of(BIND).value, engine_host(target)),
    )


def _project_folder(located: Located) -> str:
    """Where Docker Compose looks for `.env`: beside the compose file, as long as that lies in the worktree."""
    folder = next((os.path.dirname(file) for file in located.files if file != "-"), "")
    inside = folder and (os.path.realpath(folder) + "/").startswith(located.worktree.rstrip("/") + "/")
    return os.path.realpath(folder) if inside else located.worktree


def _env_from(located: Located, home: Home, target: Target) -> Sequence[str]:
    """The setting, as far as it can be told while the file's variables are not known."""
    from wtc.compose.load import load
    from wtc.compose.node import Mapping, plain
    from wtc.config import load as load_settings
    from wtc.config_file import Section

    if located.missing:
        return home.settings.of(ENV_FROM).value
    try:
        loaded = load(replace(located.request, interpolate=False), located.reader, fold_env_files=False)
    except ComposeFileError:
        # Whatever is wrong with it is said when it is read for good.
        return home.settings.of(ENV_FROM).value
    own = loaded.root.items.get("x-wtc")
    if not isinstance(own, Mapping) or (given := own.items.get(ENV_FROM.key)) is None:
        return home.settings.of(ENV_FROM).value
    section = Section(values={ENV_FROM.key: plain(given)}, positions={ENV_FROM.key: given.position})
    return load_settings(target.environment, project=section).of(ENV_FROM).value


def _engine_is_local(target: Target) -> bool:
    """Whether published ports are ports of this machine, as far as the configuration tells."""
    from wtc.engine.endpoint import choose

    try:
        return choose(context=target.context, environment=target.environment).is_local
    except EngineUnreachableError:
        return False


def _endpoints(ports: Ports, bind: str, host: str) -> tuple[Endpoint, ...]:
    found = ((place_of(r.key), ports.leased.get(r.key), r.host_ip or bind) for r in ports.requests)
    return tuple(sorted(endpoint_at(place, port, address, host) for place, port, address in found if place and port))


def _told(copied: Sequence[Copied], worktree: Worktree) -> Iterator[str]:
    """A line each; of a folder at the worktree's top from which many came, one for them all."""
    by_top: dict[str, list[Copied]] = {}
    for one in copied:
        by_top.setdefault(os.path.relpath(one.path, worktree.path).partition("/")[0], []).append(one)
    for top, some in by_top.items():
        if len(some) > _MANY:
            yield f"{len(some)} files of {_shown(top)} were copied from {_shown(worktree.main)}"
        else:
            for one in some:
                yield f"{_shown(os.path.relpath(one.path, worktree.path))} was copied from {_shown(one.source)}"


def _shown(path: str) -> str:
    """On one line, whatever it is called."""
    return path if path.isprintable() else repr(path)
