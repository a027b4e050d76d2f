"""What happens while a plan is carried out, as data; the command line renders it."""

from dataclasses import dataclass
from typing import TypeAlias

from wtc.errors import WtcError
from wtc.model.plan import PlanNode


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeStarted:
    """The node's call is under way."""

    node: PlanNode


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeDone:
    """The node's call has succeeded, after `elapsed_s`."""

    node: PlanNode
    elapsed_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeFailed:
    """The node's call has failed."""

    node: PlanNode
    error: WtcError


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeSkipped:
    """The node was left out because of another that failed (or because the user broke off)."""

    node: PlanNode
    because: PlanNode | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a node is: a line of a build, a layer of a pull.

    `item` is what of the node is meant (a layer's id, a build step), `current` and `total` are bytes where known.
    """

    node: PlanNode
    item: str
    text: str
    current: int = 0
    total: int = 0


Event: TypeAlias = NodeStarted | NodeDone | NodeFailed | NodeSkipped | Progress
