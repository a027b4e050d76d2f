"""`env`: the variables of the stack, from the registry and the compose file; the engine only for fixed ports."""

import os
from contextlib import suppress

from wtc.dataclass import dataclass
from wtc.env_marker import marked
from wtc.errors import EngineUnreachableError
from wtc.events import Reporter, warn
from wtc.model.ports import PortId, PortRequest
from wtc.orchestrator.context.context import Context
from wtc.orchestrator.context.target import Target
from wtc.orchestrator.kept.ports_as_json import decode_requests, encode_requests
from wtc.ports.variables import named_ports, stack_variables
from wtc.settings.settings import BIND

_PORTS = "port requests"
"""The purpose under which they are kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvResult:
    """Name -> value. `leased`: whether every port that the file publishes has a host port."""

    worktree: str
    namespace: str
    variables: dict[str, str]
    leased: bool


def env(target: Target, report: Reporter, *, service: str = "", with_addresses: bool = False) -> EnvResult:
    """Return the variables by which a shell reaches the worktree's stack.

    `with_addresses` adds the services' variables that address other ones, and `service` the environment of that one:
    see `host_environment`.

    Raises:
        ComposeFileError: no compose file is found, or it cannot be used.
        UsageError: the file has no such service.
    """
    context = Context(target, report, offline=True)
    namespace = context.namespace
    requests = _port_requests(context)
    record = context.state.store.read().stacks.get(namespace.name)
    leased: dict[PortId, int] = {}
    if record is not None:
        if record.fixed:
            from wtc.orchestrator.host_ports.published import published_now

            record = published_now(target, namespace, record)
        leased = record.host_ports()
    host, engine = _engine_variables(target, report)
    variables = stack_variables(namespace, requests, leased, host, bind=context.state.settings.of(BIND).value)
    variables |= named_ports(requests, leased)
    inner: dict[str, str] = {}
    if service or with_addresses:
        from wtc.orchestrator.host_ports.host_environment import host_environment

        bind = context.state.settings.of(BIND).value
        inner = host_environment(context, leased, host=host, bind=bind, service=service, report=report)
    own = {**inner, **variables, **engine, "COMPOSE_PROJECT_NAME": namespace.name}
    return EnvResult(
        worktree=context.place.worktree,
        namespace=namespace.name,
        variables=marked(own, target.environment),
        leased=all(request.id in leased for request in requests),
    )


def _port_requests(context: Context) -> tuple[PortRequest, ...]:
    """Return the ports that the project asks for: kept ones, if nothing that they follow from has changed.

    Raises:
        ComposeFileError: no compose file is found, or it cannot be used.
    """
    namespace = context.namespace.name
    found = context.kept.find(_PORTS)
    if found is not None and found.namespace == namespace:
        with suppress(ValueError, TypeError):
            return decode_requests(found.value)
    from wtc.orchestrator.host_ports.leases import known_stack_ports

    project = context.projects.read(name=namespace, env_files=False)
    requests = known_stack_ports(context, project).requests
    context.kept.keep(namespace, context.located, _PORTS, encode_requests(requests))
    return requests


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
