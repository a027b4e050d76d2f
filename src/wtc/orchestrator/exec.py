"""`exec`: run a command in a running container of the stack."""

from wtc.dataclass import dataclass
from wtc.engine.containers.exec import ExecRequest, run_exec
from wtc.errors import WtcError
from wtc.events import Reporter
from wtc.model.observed import RUNNING_STATES, ContainerRef, ObservedContainer
from wtc.orchestrator.context.context import Context
from wtc.orchestrator.context.target import Target
from wtc.static_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wtc.engine.containers.terminal import Descriptors


@dataclass(frozen=True, slots=True, kw_only=True)
class Replica:
    """A service and the number of a replica; 0 means any replica."""

    service: str
    number: int = 0


def exec_in_container(
    target: Target, place: Replica, request: ExecRequest, local: "Descriptors", report: Reporter
) -> int:
    """Run the command.

    Returns: its exit status.

    Raises:
        WtcError: the service has no container that runs.
    """
    with Context(target, report, containers_alone=True) as context:
        container = find_container(context, place)
        if container.state not in RUNNING_STATES:
            raise WtcError(
                f"service `{place.service}` is not running",
                causes=[f"its container `{container.name}` is {container.state}"],
                hints=[
                    "to start it, run `wtc up`",
                    f"to run a command in another container, run `wtc run {place.service} ...`",
                ],
            )
        return run_exec(context.engine, ContainerRef(name=container.name, id=container.id), request, local)


def find_container(context: Context, place: Replica, *, one_offs: bool = False) -> ObservedContainer:
    """Return the container of the replica; without a number, a running one if possible.

    With `one_offs`, and without a number, it may also be a container of `wtc run`.

    Raises:
        WtcError: the container does not exist.
    """
    if place.number:
        return context.container(place.service, place.number)
    found = context.containers([place.service], one_offs=one_offs)
    return next((c for c in found if c.state == "running"), found[0])
