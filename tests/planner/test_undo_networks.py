"""What a failed `up` created is removed, if a network could not be created."""

from inline_snapshot import snapshot

from tests.planner.world import World, desired, project
from wtc.model.plan import CreateNetwork, Plan, PlanNode
from wtc.model.plan_text import plan_text
from wtc.model.project import Network
from wtc.model.service import Attachment, Service
from wtc.model.up_options import UpOptions
from wtc.planner.undo_networks import plan_undo_networks
from wtc.planner.up import plan_up

STACK = desired(
    project(
        Service(name="api", image="i", networks={"back": Attachment()}),
        Service(name="web", image="i", networks={"back": Attachment(), "front": Attachment()}),
        back=Network(key="back", name="p_back"),
        front=Network(key="front", name="p_front"),
    )
)


def outcome(plan: Plan, fails: str) -> tuple[list[PlanNode], list[PlanNode]]:
    """Return the nodes that are done and those that failed, if the network fails."""
    failed = [n for n in plan if isinstance(n.operation, CreateNetwork) and n.operation.network.key == fails]
    stopped = {n.id for n in failed}
    done: list[PlanNode] = []
    for node in plan:
        if node.id in stopped or stopped & set(node.after):
            stopped.add(node.id)
        else:
            done.append(node)
    return done, failed


def test_unused_networks_and_containers_are_removed() -> None:
    plan = plan_up(STACK, World().observed(), UpOptions(no_start=True))
    assert plan_text(plan_undo_networks(*outcome(plan, "front"))) == snapshot("""\
1 remove container accra-a1b2c3_api: a network of the stack could not be created
2 remove container accra-a1b2c3_web: a network of the stack could not be created
3 remove network accra-a1b2c3_net: a network of the stack could not be created (after 1, 2)
4 remove network accra-a1b2c3_back: a network of the stack could not be created (after 1, 2)\
""")


def test_network_of_a_started_container_stays() -> None:
    plan = plan_up(STACK, World().observed(), UpOptions())
    done, failed = outcome(plan, "front")
    assert "start container accra-a1b2c3_api" in plan_text(Plan(nodes=tuple(done)))
    assert plan_text(plan_undo_networks(done, failed)) == snapshot(
        """\
1 remove container accra-a1b2c3_web: a network of the stack could not be created
2 remove network accra-a1b2c3_net: a network of the stack could not be created (after 1)\
"""
    )


def test_nothing_is_removed_if_the_networks_were_created() -> None:
    plan = plan_up(STACK, World().observed(), UpOptions())
    failed = [plan.nodes[-1]]
    assert not plan_undo_networks(plan.nodes[:-1], failed)
