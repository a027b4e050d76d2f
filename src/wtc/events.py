"""What happens while a command works, as data; the command line renders it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeAlias

from wtc.errors import WtcError
from wtc.model.diagnostic import Diagnostic, Severity

if TYPE_CHECKING:
    # Not at run time: a command that plans nothing need not import what a plan is made of.
    from wtc.model.plan import Plan, PlanNode


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanStarted:
    """A plan is about to be carried out, of the stack `namespace`."""

    plan: "Plan"
    namespace: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeStarted:
    """The node's call is under way."""

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
    """The node was left out because of another that failed (or because the user broke off)."""

    node: "PlanNode"
    because: "PlanNode | None"


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a node is: a line of a build, a layer of a pull.

    `item` is what of the node is meant (a layer's id, a build step), `current` and `total` are bytes where known.
    """

    node: "PlanNode"
    item: str
    text: str
    current: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Warned:
    """Something that the user has to know although it stops nothing."""

    diagnostic: Diagnostic


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A line for the user: what wtc waits for, what it has decided."""

    text: str


Event: TypeAlias = PlanStarted | NodeStarted | NodeDone | NodeFailed | NodeSkipped | Progress | Warned | Note


class Reporter(Protocol):
    """Where events go."""

    def __call__(self, event: Event, /) -> None:
        """Takes one event; called from one thread at a time."""
        ...


def warn(report: Reporter, text: str, *, hint: str = "") -> None:
    """Report a warning that has no place in a file."""
    report(Warned(diagnostic=Diagnostic(message=text, severity=Severity.WARNING, hint=hint)))
