"""`env`: the variables of the stack, from the registry and the compose file; the engine only for fixed ports."""

import os

from wtc.dataclass import dataclass, replace
from wtc.env_marker import marked
from wtc.errors import EngineUnreachableError
from wtc.events import Reporter, warn
from wtc.orchestrator.context.context import Context
from wtc.orchestrator.context.target import Target
from wtc.orchestrator.host_ports.leases import known_stack_ports
from wtc.orchestrator.host_ports.published import published_now
from wtc.ports.variables import named_ports, stack_variables


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvResult:
    """Name -> value. `leased`: whether every port that the file publishes has a host port."""

    worktree: str
    namespace: str
    variables: dict[str, str]
    leased: bool


def env(target: Target, report: Reporter) -> EnvResult:
    """Return the variables by which a shell reaches the worktree's stack.

    Raises:
        ComposeFileError: no compose file is found, or it cannot be used.
    """
    context = Context(target, report, offline=True)
    namespace = context.namespace
    project = context.projects.read(name=namespace.name, env_files=False)
    known = known_stack_ports(context, project)
    record = context.state.store.read().stacks.get(namespace.name)
    if record is not None:
        known = replace(known, leased=published_now(target, namespace, record).host_ports())
    host, engine = _engine_variables(target, report)
    variables = stack_variables(namespace, known.requests, known.leased, host)
    variables |= named_ports(known.requests, known.leased)
    own = {**variables, **engine, "COMPOSE_PROJECT_NAME": namespace.name}
    return EnvResult(
        worktree=context.located.worktree,
        namespace=namespace.name,
        variables=marked(own, target.environment),
        leased=all(request.id in known.leased for request in known.requests),
    )


def _engine_variables(target: Target, report: Reporter) -> tuple[str, dict[str, str]]:
    """Return the host of published ports, and the variables by which other programs find the same engine.

    The default engine needs no variables.
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
        # An empty value of the first variable would disable TLS.
        found |= {"DOCKER_TLS_VERIFY": "1"} if endpoint.tls.verify else {"DOCKER_TLS": "1"}
        found |= {"DOCKER_CERT_PATH": os.path.dirname(files[0])} if files else {}
    return endpoint.host, found
