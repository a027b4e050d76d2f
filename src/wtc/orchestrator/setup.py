"""`setup`: prepare a new worktree for its stack. Needs no engine; existing files are not changed."""

import os

from wtc.dataclass import dataclass
from wtc.errors import EngineUnreachableError, NoComposeFileError
from wtc.events import Note, Reporter, warn
from wtc.model.ports import Endpoint, HostPort
from wtc.orchestrator.context.identify import identify
from wtc.orchestrator.context.open_engine import engine_host
from wtc.orchestrator.context.project import ProjectReader
from wtc.orchestrator.context.target import Target, locate
from wtc.orchestrator.context.user_state import open_user_state, read_registry
from wtc.orchestrator.host_ports.leases import StackPorts, lease_ports
from wtc.orchestrator.ports import leased_endpoint, leased_host_ports
from wtc.orchestrator.worktree_files.copy_files import Copied, copied_lines, copy_included
from wtc.orchestrator.worktree_files.env_files import provide_env_files
from wtc.ports.leases import register_stack
from wtc.settings.settings import BIND
from wtc.worktrees.locate import worktree_at


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupResult:
    """What the worktree has now, and which of its files were made for it."""

    worktree: str
    namespace: str
    registered: bool
    """Whether the worktree has a compose file, and so a stack."""
    env: Copied | None
    """The project folder's `.env`, where it was copied."""
    copied: tuple[Copied, ...]
    """What `.worktreeinclude` names, and the env files of services."""
    endpoints: tuple[Endpoint, ...]
    host_ports: tuple[HostPort, ...] = ()


def setup(target: Target, report: Reporter) -> SetupResult:
    """Copy the files that the worktree lacks, register its stack, and lease the stack's ports.

    Without a compose file no stack is registered.

    Raises:
        ComposeFileError: the compose file cannot be used; the files are copied by then.
        WtcError: a file cannot be copied, or the registry cannot be written.
    """
    state = open_user_state(target, report)
    state.store.require()
    first = locate(target)
    if not os.path.isdir(first.worktree) and first.missing:
        raise first.missing
    worktree = worktree_at(first.worktree)

    def tell(text: str) -> None:
        warn(report, text)

    # What the user lists comes before what is made from an example; and either may bring the compose file along.
    included = copy_included(worktree, target.environment, tell)
    for text in copied_lines(included, worktree):
        report(Note(text=text))
    _, env = provide_env_files(target, state, report)
    copied = (*included, *env.others)
    located = locate(target)
    if isinstance(located.missing, NoComposeFileError):
        report(Note(text=f"no compose file was found in {located.worktree}: no stack was registered"))
        namespace = identify(located, state, None).namespace
        return SetupResult(
            worktree=located.worktree,
            namespace=namespace.name,
            registered=False,
            env=env.env,
            copied=copied,
            endpoints=(),
        )
    project = ProjectReader(located).read(env_files=False)
    settings = state.settings_for(project)
    known = read_registry(state, report)
    namespace = identify(located, state, None, create=True).namespace
    register_stack(state.store, namespace)
    ports = lease_ports(
        state.store,
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
        registered=True,
        env=env.env,
        copied=copied,
        endpoints=_endpoints(ports, settings.of(BIND).value, engine_host(target)),
        host_ports=leased_host_ports(ports.leased),
    )


def _engine_is_local(target: Target) -> bool:
    """Return whether published ports are ports of this machine, as far as the configuration tells."""
    from wtc.engine.client.endpoint import choose_endpoint

    try:
        return choose_endpoint(context=target.context, environment=target.environment).is_local
    except EngineUnreachableError:
        return False


def _endpoints(ports: StackPorts, bind: str, host: str) -> tuple[Endpoint, ...]:
    leased = (r for r in ports.requests if r.id in ports.leased)
    found = (leased_endpoint(r.id, ports.leased[r.id], r.host_ip or bind, host) for r in leased)
    return tuple(sorted(endpoint for endpoint in found if endpoint))
