"""Which containers a plan starts and ends."""

from wtc.model.plan import Plan, RemoveContainer, StartContainer, StopContainer


def started_containers(plan: Plan) -> list[str]:
    """The names of the containers that the plan starts, in its order."""
    return [node.operation.container.name for node in plan if isinstance(node.operation, StartContainer)]


def ended_containers(plan: Plan) -> frozenset[str]:
    """The containers that the plan stops or removes: their ids, or names of those without one."""
    kinds = (StopContainer, RemoveContainer)
    return frozenset(node.operation.container.key for node in plan if isinstance(node.operation, kinds))
