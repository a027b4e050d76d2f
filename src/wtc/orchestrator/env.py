"""`env`: the stack's variables, from the registry and the compose file; an engine is asked about fixed ports alone."""

import os
from dataclasses import dataclass, replace

from wtc.env_marker import marked
from wtc.errors import EngineUnreachableError
from wtc.events import Reporter
from wtc.model.observed import Observed
from wtc.orchestrator.context.context import open_context, warn
from wtc.orchestrator.context.identify import namespace_for
from wtc.orchestrator.context.project import read_project
from wtc.orchestrator.context.target import Target, locate
from wtc.orchestrator.host_ports.leases import known_ports
from wtc.orchestrator.host_ports.published import published_now
from wtc.ports.variables import named_ports, stack_variables


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvResult:
    """Name -> value. `leased`: whether each port that the file publishes has a host port by now."""

    worktree: str
    namespace: str
    variables: dict[str, str]
    leased: bool


def env(target: Target, report: Reporter) -> EnvResult:
    """What a shell needs to speak with the worktree's stack.

    Raises:
        ComposeFileError: there is no compose file, or it cannot be used.
    """
    located = locate(target)
    home = open_context(target, report)
    namespace = namespace_for(located, home, None, report)
    project = read_project(located, name=namespace.name, env_files=False)
    known = known_ports(home.store, namespace, project, settings=home.settings_for(project), observed=Observed())
    record = home.store.read().stacks.get(namespace.name)
    if record is not None:
        known = replace(known, leased=published_now(target, namespace, record).host_ports())
    host, engine = _engine_variables(target, report)
    variables = stack_variables(namespace, known.requests, known.leased, host)
    variables |= named_ports(known.requests, known.leased)
    own = {**variables, **engine, "COMPOSE_PROJECT_NAME": namespace.name}
    return EnvResult(
        worktree=located.worktree,
        namespace=namespace.name,
        variables=marked(own, target.environment),
        leased=all(request.id in known.leased for request in known.requests),
    )


def _engine_variables(target: Target, report: Reporter) -> tuple[str, dict[str, str]]:
    """Where published ports answer, and the variables by which other programs find the same engine.

    None are needed where the engine is the one that everyone takes by default.
    """
    from wtc.engine.client.endpoint import DEFAULT_ADDRESS, LOOPBACK, choose_endpoint

    try:
        endpoint = choose_endpoint(context=target.context, environment=target.environment)
    except EngineUnreachableError as error:
        warn(report, error.message, hint=error.hints[0] if error.hints else "")
        return LOOPBACK, {}
    if endpoint.address == DEFAULT_ADDRESS:
        return endpoint.host, {}
    found = {"DOCKER_HOST": endpoint.address}
    if endpoint.tls:
        files = [f for f in (endpoint.tls.ca, endpoint.tls.certificate) if f]
        # An empty value of the first one would mean: without TLS.
        found |= {"DOCKER_TLS_VERIFY": "1"} if endpoint.tls.verify else {"DOCKER_TLS": "1"}
        found |= {"DOCKER_CERT_PATH": os.path.dirname(files[0])} if files else {}
    return endpoint.host, found
