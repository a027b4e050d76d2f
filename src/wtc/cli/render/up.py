"""Print the results of `up` and `down`."""

import sys
from collections.abc import Iterable, Sequence

from wtc.cli.terminal.output import narrate, print_columns, print_json
from wtc.static_typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    # Not at run time, so that an `up` that finds nothing to do imports neither the plan nor what makes it.
    from wtc.model.namespace import Namespace
    from wtc.model.plan import Plan, PlanNode
    from wtc.orchestrator.bring_up.up_request import UpResult
    from wtc.orchestrator.kept.unchanged_up import UnchangedUp


def show_up(
    result: "UpResult | UnchangedUp",
    *,
    as_json: bool,
    dry_run: bool,
    silent: bool = False,
) -> None:
    """Print the endpoints, or the plan of a dry run. With `silent`, narrate nothing."""
    if as_json:
        from wtc.cli.render.endpoints import endpoint_document, host_port_document
        from wtc.cli.render.error_documents import diagnostic_document

        print_json(
            {
                **changes_document(result.namespace, result.plans, dry_run=dry_run),
                "endpoints": [endpoint_document(e) for e in result.endpoints],
                "host_ports": [host_port_document(port) for port in result.host_ports],
                "warnings": [diagnostic_document(warning) for warning in result.warnings],
            }
        )
    elif dry_run:
        show_plans(result.plans)
    else:
        from wtc.cli.render.endpoints import endpoint_rows, host_port_rows

        print_columns([*endpoint_rows(result.endpoints), *host_port_rows(result.host_ports)])
        if not result.changed and not silent:
            narrate("nothing to do: the stack is up to date")


def show_plans(plans: "tuple[Plan, ...]") -> None:
    """Print each plan. A blank line separates plans: the next one is made after the one before is executed."""
    from wtc.model.plan_text import node_text

    texts = ["\n".join(node_text(node) for node in plan.nodes) for plan in plans if plan]
    sys.stdout.write("\n\n".join(texts) + "\n" if texts else "")
    if not texts:
        narrate("nothing to do")


def changes_document(namespace: "Namespace", plans: "Sequence[Plan]", *, dry_run: bool) -> dict[str, Any]:
    """Return the changes to a stack, or those that a dry run would make, as JSON."""
    return {
        "worktree": namespace.worktree,
        "namespace": namespace.name,
        "changed": any(plans),
        "dry_run": dry_run,
        "plan": plan_document(plans),
    }


def plan_document(plans: "Iterable[Plan]") -> list[dict[str, Any]]:
    """Return the nodes of consecutive plans. The ids continue from plan to plan."""
    found: list[dict[str, Any]] = []
    for plan in plans:
        before = len(found)
        found += [planned_document(node, before) for node in plan]
    return found


def planned_document(node: "PlanNode", before: int) -> dict[str, Any]:
    """Return a node with its position in the plan. `before` is the number of nodes in the earlier plans."""
    return {
        "id": before + node.id,
        **node_document(node),
        "cause": node.cause,
        "after": [before + after for after in node.after],
    }


def node_document(node: "PlanNode") -> dict[str, Any]:
    """Return a node's operation, text and service."""
    from wtc.model.plan_text import operation_text

    return {
        "operation": type(node.operation).__name__,
        "text": operation_text(node.operation),
        "service": node.service or None,
    }
