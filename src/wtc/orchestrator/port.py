"""`port`: where a container's port answers."""

from wtc.errors import WtcError
from wtc.events import Reporter
from wtc.model.namespace import Namespace
from wtc.model.ports import Endpoint, PortId
from wtc.orchestrator.context.observed_context import open_observed
from wtc.orchestrator.context.target import Target
from wtc.orchestrator.context.validate_services import validate_services


def port(
    target: Target, service: str, private: int, report: Reporter, *, protocol: str, number: int
) -> tuple[Namespace, Endpoint]:
    """Where a container's port answers.

    Raises:
        WtcError: it has no such port, does not run, or is not there.
    """
    from wtc.engine.observe.container_queries import bound_ports

    with open_observed(target, report) as stack:
        validate_services([service], stack.located, stack.observed)
        container = stack.container(service, number)
        bound = bound_ports(stack.engine, container.id)
    for one in bound:
        if (one.target, one.protocol) == (private, protocol) and one.port:
            found = PortId(service=service, number=container.number, target=private, protocol=protocol)
            return stack.namespace, Endpoint(id=found, host=one.host_ip, port=one.port)
    if container.state != "running":
        raise WtcError(
            f"service `{service}` does not run, so that no port of it answers",
            hints=[f"to start it, run `wtc start {service}`"],
        )
    published = ", ".join(dict.fromkeys(f"`{p.target}/{p.protocol}`" for p in bound if p.port))
    raise WtcError(
        f"service `{service}` does not publish `{private}/{protocol}`",
        causes=[f"it publishes {published}" if published else "it publishes no port"],
    )
