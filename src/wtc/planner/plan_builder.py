"""Putting nodes together, in an order that respects what comes before what."""

from collections.abc import Iterable
from typing import Literal, TypeAlias

from wtc.model.diagnostic import Diagnostic, Severity
from wtc.model.plan import ContainerRef, Operation, Plan, PlanNode, RunHook
from wtc.model.service import Hook

Moment: TypeAlias = Literal["post_start", "pre_stop"]


class PlanBuilder:
    """A plan in the making. Nodes are numbered from 1 in the order in which they are added."""

    def __init__(self) -> None:
        self._nodes: list[PlanNode] = []
        self._warnings: list[Diagnostic] = []
        self._before: dict[int, set[int]] = {}
        """Node -> every node that comes before it."""

    def add(self, operation: Operation, cause: str, *, service: str = "", after: Iterable[int | None] = ()) -> int:
        """Adds a node that comes after others (None stands for one that was not needed), and returns its id.

        `after` keeps what does not follow from the rest.
        """
        named = {a for a in after if a is not None}
        implied = {b for a in named for b in self._before[a]}
        node = PlanNode(
            id=len(self._nodes) + 1,
            operation=operation,
            cause=cause,
            service=service,
            after=tuple(sorted(named - implied)),
        )
        self._before[node.id] = named | implied
        self._nodes.append(node)
        return node.id

    def add_hooks(
        self,
        container: ContainerRef,
        hooks: Iterable[Hook],
        moment: Moment,
        *,
        service: str,
        after: Iterable[int | None],
    ) -> list[int]:
        """Adds hooks, one after another, and returns the nodes that come before what follows them.

        A failed hook before a stop is a warning: a container that cannot say goodbye has to stop all the same.
        """
        before = [a for a in after if a is not None]
        for hook in hooks:
            run = RunHook(container=container, hook=hook, required=moment != "pre_stop")
            before = [self.add(run, moment, service=service, after=before)]
        return before

    def warn(self, message: str, *, hint: str = "") -> None:
        """Adds what the user has to know although it stops nothing."""
        self._warnings.append(Diagnostic(message=message, severity=Severity.WARNING, hint=hint))

    def plan(self) -> Plan:
        """What was added."""
        return Plan(nodes=tuple(self._nodes), warnings=tuple(self._warnings))
