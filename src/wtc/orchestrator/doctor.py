"""`doctor`: check the environment and suggest fixes."""

from wtc.doctor import engine_checks as the_engine
from wtc.doctor import registry_checks, sandbox_checks, worktree_checks
from wtc.doctor.finding import Finding, error_findings
from wtc.errors import WtcError
from wtc.orchestrator.context.target import Target
from wtc.orchestrator.context.user_state import UserState, open_user_state
from wtc.worktrees.host_identity import host_id


def doctor(target: Target) -> tuple[Finding, ...]:
    """Run all checks, each one even if others fail, and return their findings. Changes nothing."""
    findings: list[Finding] = []
    engine_findings, engine = the_engine.check_engine(target)
    try:
        findings += engine_findings
        findings += [worktree_checks.check_git(target.environment), worktree_checks.check_path(target.environment)]
        findings += sandbox_checks.check_sandbox()
        file_findings, project = worktree_checks.check_compose_file(target)
        findings += file_findings
        state, settings_findings = _open_user_state(target)
        findings += settings_findings
        if state:
            findings += [
                *registry_checks.check_registry(state.store, engine, host_id(target.environment)),
                *worktree_checks.check_settings(state, project),
            ]
    finally:
        if engine:
            engine.close()
    return tuple(findings)


def _open_user_state(target: Target) -> tuple[UserState | None, list[Finding]]:
    try:
        return open_user_state(target, lambda _event: None), []
    except WtcError as error:
        return None, error_findings("settings", error)
