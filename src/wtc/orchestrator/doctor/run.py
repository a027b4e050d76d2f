"""The whole examination."""

from wtc.errors import WtcError
from wtc.orchestrator.doctor import engine as the_engine
from wtc.orchestrator.doctor import place, sandbox, state
from wtc.orchestrator.doctor.finding import Finding, of_error
from wtc.orchestrator.stack import Home, open_home
from wtc.orchestrator.target import Target
from wtc.worktrees.host import host_id


def doctor(target: Target) -> tuple[Finding, ...]:
    """All findings, as far as each thing can be looked at without the others. Changes nothing."""
    findings: list[Finding] = []
    engine_findings, engine = the_engine.examine(target)
    try:
        findings += engine_findings
        findings += [place.git(target.environment), place.others_on_path(target.environment)]
        findings += sandbox.examine()
        file_findings, project = place.compose_file(target)
        findings += file_findings
        home, home_findings = _home(target)
        findings += home_findings
        if home:
            findings += [
                *state.examine(home.store, engine, host_id(target.environment)),
                *place.settings(home, project),
            ]
    finally:
        if engine:
            engine.close()
    return tuple(findings)


def _home(target: Target) -> tuple[Home | None, list[Finding]]:
    try:
        return open_home(target, lambda _event: None), []
    except WtcError as error:
        return None, of_error("settings", error)
