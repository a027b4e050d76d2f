"""Plan the removal of what a failed plan created for networks that it could not all create. Pure."""

from collections.abc import Collection

from wtc.model.observed import ContainerRef
from wtc.model.plan import (
    CreateContainer,
    CreateNetwork,
    Plan,
    PlanNode,
    RemoveContainer,
    RemoveNetwork,
    StartContainer,
)
from wtc.planner.plan_builder import PlanBuilder

CAUSE = "a network of the stack could not be created"


def plan_undo_networks(done: Collection[PlanNode], failed: Collection[PlanNode]) -> Plan:
    """Remove the new networks, and the new containers that were not started, if a network could not be created.

    Networks of containers that were started stay, and so do replacements, which the next `up` uses.
    """
    builder = PlanBuilder()
    if not any(isinstance(node.operation, CreateNetwork) for node in failed):
        return builder.plan()
    started = {node.operation.container.name for node in done if isinstance(node.operation, StartContainer)}
    created = [node.operation for node in done if isinstance(node.operation, CreateContainer)]
    unused = [one for one in created if one.replaces is None and one.name not in started]
    used = {network for one in created if one not in unused for network in one.spec.config.networks}
    removals = [
        builder.add(
            RemoveContainer(container=ContainerRef(name=one.name), volumes=True), CAUSE, service=one.spec.service
        )
        for one in unused
    ]
    for node in done:
        if isinstance(node.operation, CreateNetwork) and node.operation.network.name not in used:
            builder.add(RemoveNetwork(name=node.operation.network.name, id=""), CAUSE, after=removals)
    return builder.plan()
