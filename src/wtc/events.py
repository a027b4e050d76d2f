"""The events of a running command, as data; the command line renders them."""

from wtc.dataclass import dataclass
from wtc.errors import WtcError
from wtc.model.diagnostic import Diagnostic, Severity
from wtc.static_typing import TYPE_CHECKING, Protocol, TypeAlias

if TYPE_CHECKING:
    # Not at run time, so that a command without a plan does not import the plan model.
    from wtc.model.plan import Plan, PlanNode


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanStarted:
    """The execution of a plan for the stack `namespace` starts."""

    plan: "Plan"
    namespace: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeStarted:
    """The node's call has started."""

    node: "PlanNode"


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeDone:
    """The node's call has succeeded, after `elapsed_s`."""

    node: "PlanNode"
    elapsed_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeFailed:
    """The node's call has failed."""

    node: "PlanNode"
    error: WtcError


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeSkipped:
    """The node was skipped because another one failed or the user interrupted the command."""

    node: "PlanNode"
    because: "PlanNode | None"


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """The progress of a node: a line of a build, a layer of a pull.

    `item`: the layer's id or the build step. `current` and `total`: bytes, 0 if unknown.
    """

    node: "PlanNode"
    item: str
    text: str
    current: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class StillRunning:
    """Nothing has happened for a while, and nodes are running."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Warned:
    """A warning for the user."""

    diagnostic: Diagnostic


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A line for the user, such as what wtc waits for."""

    text: str


Event: TypeAlias = (
    PlanStarted | NodeStarted | NodeDone | NodeFailed | NodeSkipped | Progress | StillRunning | Warned | Note
)


class Reporter(Protocol):
    """A function that receives the events."""

    def __call__(self, event: Event, /) -> None:
        """Receive one event; called from one thread at a time."""
        ...


def warn(report: Reporter, text: str, *, hint: str = "") -> None:
    """Report a warning that has no place in a file."""
    report(Warned(diagnostic=Diagnostic(message=text, severity=Severity.WARNING, hint=hint)))
