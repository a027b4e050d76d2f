"""`doctor`: check the environment and suggest fixes."""

from collections.abc import Iterable, Iterator

from wtc.doctor import registry_checks, sandbox_checks, worktree_checks
from wtc.doctor.engine_checks import check_engine
from wtc.doctor.finding import Finding, error_findings
from wtc.errors import WtcError
from wtc.model.identity import LabelledStack
from wtc.model.project import Project
from wtc.orchestrator.context.identify import Repositories
from wtc.orchestrator.context.project import ProjectReader
from wtc.orchestrator.context.target import Target, locate
from wtc.orchestrator.context.user_state import UserState, open_user_state
from wtc.orchestrator.context.worktree_location import worktree_location
from wtc.orchestrator.host_ports.leases import port_variables_of
from wtc.planner.observed.labelled_stacks import labelled_stacks
from wtc.ports.requests import port_requests
from wtc.registry.store import Store
from wtc.static_typing import TYPE_CHECKING
from wtc.worktrees.host_identity import host_id
from wtc.worktrees.locate import worktree_at

if TYPE_CHECKING:
    from wtc.engine.client.connection import Engine


def doctor(target: Target) -> tuple[Finding, ...]:
    """Run all checks, each one even if others fail, and return their findings. Changes nothing."""
    engine_findings, engine = check_engine(target.context, target.environment)
    try:
        project_findings, project = _check_project(target)
        return (
            *engine_findings,
            worktree_checks.check_git(target.environment),
            worktree_checks.check_path(target.environment),
            *sandbox_checks.check_sandbox(),
            *project_findings,
            *_check_user_state(target, engine, project),
        )
    finally:
        if engine:
            engine.close()


def _check_project(target: Target) -> tuple[list[Finding], Project | None]:
    """Check the worktree and its compose file; return the findings and, if the file is valid, the project."""
    try:
        located = locate(target)
    except WtcError as error:
        return error_findings("worktree", error), None
    findings = [worktree_checks.check_worktree(worktree_at(located.worktree))]
    try:
        project = ProjectReader(located).read()
        port_variables_of(project, port_requests(project, {}), {})  # the keys of `x-wtc:` that are not settings
    except WtcError as error:
        return [*findings, *error_findings("compose file", error)], None
    return [*findings, worktree_checks.valid_files(located.files, located.worktree, project)], project


def _check_user_state(target: Target, engine: "Engine | None", project: Project | None) -> list[Finding]:
    try:
        state = open_user_state(target, lambda _event: None)
    except WtcError as error:
        return error_findings("settings", error)
    registry = _check_registry(state.store, engine, host_id(target.environment))
    return [*registry, *_check_settings(state, project)]


def _check_registry(store: Store, engine: "Engine | None", host: str) -> list[Finding]:
    """Return the findings; without an engine, only those that need none."""
    try:
        records = store.read()
        if engine is None:
            return list(registry_checks.compare_registry(records, None))
        from wtc.engine.observe.snapshot import list_engine

        stacks = labelled_stacks(list_engine(engine))
    except WtcError as error:
        return error_findings("registry", error)
    return [*registry_checks.compare_registry(records, stacks), *check_worktrees(stacks, host)]


def check_worktrees(stacks: Iterable[LabelledStack], host: str) -> Iterator[Finding]:
    """Check where the worktrees of the stacks are; `host` is the id of this host."""
    repositories = Repositories()
    return registry_checks.check_locations(
        (stack.worktree, worktree_location(stack, host, repositories)[0]) for stack in stacks
    )


def _check_settings(state: UserState, project: Project | None) -> list[Finding]:
    try:
        return list(worktree_checks.list_settings(state.settings_for(project) if project else state.settings))
    except WtcError as error:
        return error_findings("settings", error)
