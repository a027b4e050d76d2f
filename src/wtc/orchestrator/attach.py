"""`attach`: attach to the first process of a service's container."""

from wtc.errors import WtcError
from wtc.events import Reporter
from wtc.model.observed import ContainerRef
from wtc.orchestrator.context.context import Context
from wtc.orchestrator.context.target import Target
from wtc.orchestrator.context.validate_services import validate_services
from wtc.orchestrator.exec import Replica, find_container
from wtc.static_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wtc.engine.containers.terminal import Descriptors


def attach(
    target: Target, place: Replica, local: "Descriptors", report: Reporter, *, keys: str, forwards_signals: bool
) -> int:
    """Attach to the container: see `attach_running`.

    Returns: its exit status.

    Raises:
        UsageError: the service does not exist.
        WtcError: the container does not run.
    """
    from wtc.engine.containers.attach_running import attach_running

    with Context(target, report) as context:
        validate_services(context, [place.service])
        container = find_container(context, place)
        if container.state != "running":
            hint = {"paused": f"to unpause it, run `wtc unpause {place.service}`"}.get(container.state, "")
            raise WtcError(
                f"service `{place.service}` is not running",
                causes=[f"its container `{container.name}` is {container.state}"],
                hints=[hint or f"to start it, run `wtc start {place.service}`"],
            )
        ref = ContainerRef(name=container.name, id=container.id)
        return attach_running(context.engine, ref, local, keys=keys, forwards_signals=forwards_signals)
