"""Which containers a plan starts and stops. Pure."""

from wtc.model.plan import Plan, RemoveContainer, StartContainer, StopContainer


def started_containers(plan: Plan) -> list[str]:
    """Return the names of the containers that the plan starts, in the plan's order."""
    return [node.operation.container.name for node in plan if isinstance(node.operation, StartContainer)]


def ended_containers(plan: Plan) -> frozenset[str]:
    """Return the containers that the plan stops or removes: ids, or the name if the id is unknown."""
    kinds = (StopContainer, RemoveContainer)
    return frozenset(node.operation.container.key for node in plan if isinstance(node.operation, kinds))
