"""Build a plan node by node, with the dependencies between nodes."""

from __future__ import annotations

from wtc.model.diagnostic import Diagnostic, Severity
from wtc.model.plan import Plan, PlanNode, RunHook, StopContainer, needs_only_exit
from wtc.static_typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wtc.model.observed import ContainerRef
    from wtc.model.plan import Operation
    from wtc.model.service import Hook

HookKind: TypeAlias = Literal["post_start", "pre_stop"]


class PlanBuilder:
    """A plan under construction. Nodes are numbered from 1 in the order in which they are added."""

    def __init__(self) -> None:
        self._nodes: list[PlanNode] = []
        self._warnings: list[Diagnostic] = []
        self._before: dict[int, set[int]] = {}
        """Node -> all nodes that it comes after, directly or indirectly."""
        self._ended: dict[int, set[int]] = {}
        """Node -> those of them that have ended when it begins; of the other stops, the container has exited."""

    def add(self, operation: Operation, cause: str, *, service: str = "", after: Iterable[int | None] = ()) -> int:
        """Add a node that comes after others and return its id. None in `after` means a node that was not needed.

        The node keeps only direct predecessors: those that do not already follow from another one.
        """
        named = {a for a in after if a is not None}
        before = {b for a in named for b in self._before[a]}
        ended = {b for a in named for b in self._ended[a]}
        only_exit = needs_only_exit(operation)
        node = PlanNode(
            id=len(self._nodes) + 1,
            operation=operation,
            cause=cause,
            service=service,
            after=tuple(sorted(named - (before if only_exit else ended))),
        )
        exited = {a for a in named if only_exit and isinstance(self._nodes[a - 1].operation, StopContainer)}
        self._before[node.id] = named | before
        self._ended[node.id] = (named - exited) | ended
        self._nodes.append(node)
        return node.id

    def add_hooks(
        self,
        container: ContainerRef,
        hooks: Iterable[Hook],
        kind: HookKind,
        *,
        service: str,
        after: Iterable[int | None],
    ) -> list[int]:
        """Add hooks, one after another, and return the nodes that the next node has to come after.

        A hook that fails before a stop is only a warning: the container has to stop all the same.
        """
        before = [a for a in after if a is not None]
        for hook in hooks:
            run = RunHook(container=container, hook=hook, required=kind != "pre_stop")
            before = [self.add(run, kind, service=service, after=before)]
        return before

    def warn(self, message: str, *, hint: str = "") -> None:
        """Add a warning to the plan."""
        self._warnings.append(Diagnostic(message=message, severity=Severity.WARNING, hint=hint))

    def plan(self) -> Plan:
        """Return the plan."""
        return Plan(nodes=tuple(self._nodes), warnings=tuple(self._warnings))
