"""What `up` and `down` came to."""

import sys
from typing import Any

from wtc.cli.output import print_columns, print_json, say
from wtc.cli.render.endpoints import endpoint_document, endpoint_rows
from wtc.model.plan import Plan
from wtc.orchestrator.up import UpResult
from wtc.planner.text import node_text, operation_text


def show(result: UpResult, *, as_json: bool, dry_run: bool, silent: bool = False) -> None:
    """The endpoints; with a dry run the plan. With `silent` nothing is said beside them."""
    if as_json:
        document: dict[str, Any] = {
            "ok": True,
            "worktree": result.namespace.worktree,
            "namespace": result.namespace.name,
            "changed": result.changed,
            "dry_run": dry_run,
            "plan": [node for plan in result.plans for node in plan_document(plan)],
            "endpoints": [endpoint_document(e) for e in result.endpoints],
        }
        print_json(document)
    elif dry_run:
        show_plans(result.plans)
    else:
        print_columns(endpoint_rows(result.endpoints))
        if not result.changed and not silent:
            say("nothing to do: the stack is as the file wants it")


def show_plans(plans: tuple[Plan, ...]) -> None:
    """Each plan's lines; a blank line where one has to be carried out before the next can be made."""
    texts = ["\n".join(node_text(node) for node in plan.nodes) for plan in plans if plan]
    sys.stdout.write("\n\n".join(texts) + "\n" if texts else "")
    if not texts:
        say("nothing to do")


def plan_document(plan: Plan) -> list[dict[str, Any]]:
    """A plan's nodes for a machine."""
    return [
        {
            "id": node.id,
            "operation": type(node.operation).__name__,
            "text": operation_text(node.operation),
            "service": node.service,
            "cause": node.cause,
            "after": list(node.after),
        }
        for node in plan.nodes
    ]
