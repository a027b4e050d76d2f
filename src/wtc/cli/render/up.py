"""What `up` and `down` came to."""

import sys
from collections.abc import Iterable, Sequence
from typing import Any

from wtc.cli.render.endpoints import endpoint_document, endpoint_rows
from wtc.cli.terminal.output import narrate, print_columns, print_json
from wtc.model.namespace import Namespace
from wtc.model.plan import Plan, PlanNode
from wtc.model.plan_text import node_text, operation_text
from wtc.orchestrator.up import UpResult


def show_up(result: UpResult, *, as_json: bool, dry_run: bool, silent: bool = False) -> None:
    """The endpoints; with a dry run the plan. With `silent` nothing is said beside them."""
    if as_json:
        endpoints = [endpoint_document(e) for e in result.endpoints]
        print_json({**changes_document(result.namespace, result.plans, dry_run=dry_run), "endpoints": endpoints})
    elif dry_run:
        show_plans(result.plans)
    else:
        print_columns(endpoint_rows(result.endpoints))
        if not result.changed and not silent:
            narrate("nothing to do: the stack is as the file wants it")


def show_plans(plans: tuple[Plan, ...]) -> None:
    """Each plan's lines; a blank line where one has to be carried out before the next can be made."""
    texts = ["\n".join(node_text(node) for node in plan.nodes) for plan in plans if plan]
    sys.stdout.write("\n\n".join(texts) + "\n" if texts else "")
    if not texts:
        narrate("nothing to do")


def changes_document(namespace: Namespace, plans: Sequence[Plan], *, dry_run: bool) -> dict[str, Any]:
    """What was done to a stack, or with a dry run would be, for a machine."""
    return {
        "worktree": namespace.worktree,
        "namespace": namespace.name,
        "changed": any(plans),
        "dry_run": dry_run,
        "plan": plan_document(plans),
    }


def plan_document(plans: Iterable[Plan]) -> list[dict[str, Any]]:
    """The nodes of plans that are carried out one after the other; their ids go on counting."""
    found: list[dict[str, Any]] = []
    for plan in plans:
        before = len(found)
        found += [planned_document(node, before) for node in plan]
    return found


def planned_document(node: PlanNode, before: int) -> dict[str, Any]:
    """A node, with its place in its plan. `before` is how many nodes the plans before it have."""
    return {
        "id": before + node.id,
        **node_document(node),
        "cause": node.cause,
        "after": [before + after for after in node.after],
    }


def node_document(node: PlanNode) -> dict[str, Any]:
    """What a node is about."""
    return {
        "operation": type(node.operation).__name__,
        "text": operation_text(node.operation),
        "service": node.service or None,
    }
