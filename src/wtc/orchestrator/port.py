"""`port`: print the host address of a container's port."""

from wtc.errors import WtcError
from wtc.events import Reporter
from wtc.model.namespace import Namespace
from wtc.model.ports import Endpoint, PortId
from wtc.orchestrator.context.context import Context
from wtc.orchestrator.context.target import Target
from wtc.orchestrator.context.validate_services import validate_services


def port(
    target: Target, service: str, private: int, report: Reporter, *, protocol: str, number: int
) -> tuple[Namespace, Endpoint]:
    """Return the host address of a container's port.

    Raises:
        WtcError: the container does not publish the port, does not run, or does not exist.
    """
    from wtc.engine.observe.container_queries import bound_ports

    with Context(target, report, containers_alone=True) as context:
        validate_services(context, [service])
        container = context.container(service, number)
        bound = bound_ports(context.engine, container.id)
    for one in bound:
        if (one.target, one.protocol) == (private, protocol) and one.port:
            found = PortId(service=service, number=container.number, target=private, protocol=protocol)
            return context.namespace, Endpoint(id=found, host=one.host_ip, port=one.port)
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
