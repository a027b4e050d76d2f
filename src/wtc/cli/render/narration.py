"""A plan's nodes as a person would tell them."""

from wtc.model import plan as op
from wtc.planner.names import short_reference

WORDS: dict[type[op.Operation], tuple[str, str, str]] = {
    op.PullImage: ("image", "pulling", "pulled"),
    op.BuildImage: ("image", "building", "built"),
    op.RemoveImage: ("image", "removing", "removed"),
    op.CreateNetwork: ("network", "creating", "created"),
    op.RemoveNetwork: ("network", "removing", "removed"),
    op.CreateVolume: ("volume", "creating", "created"),
    op.RemoveVolume: ("volume", "removing", "removed"),
    op.CopyVolume: ("volume", "copying", "copied"),
    op.CreateContainer: ("container", "creating", "created"),
    op.ConnectNetwork: ("container", "connecting", "connected"),
    op.DisconnectNetwork: ("container", "disconnecting", "disconnected"),
    op.InjectFiles: ("container", "filling in secrets and configs", "given secrets and configs"),
    op.RenameContainer: ("container", "replacing", "replaced"),
    op.StartContainer: ("container", "starting", "started"),
    op.StopContainer: ("container", "stopping", "stopped"),
    op.KillContainer: ("container", "signalling", "signalled"),
    op.PauseContainer: ("container", "pausing", "paused"),
    op.UnpauseContainer: ("container", "unpausing", "unpaused"),
    op.RemoveContainer: ("container", "removing", "removed"),
    op.RunHook: ("container", "running a hook", "hook done"),
    op.WaitContainer: ("container", "waiting", "ready"),
}
"""Operation -> what it is about, while it goes on, once it is done."""


def node_subject(node: op.PlanNode) -> tuple[str, str]:
    """What a node is about: its kind, and its name. Nodes about one thing share a line on a terminal."""
    operation = node.operation
    kind = WORDS[type(operation)][0]
    match operation:
        case op.PullImage() | op.BuildImage():
            return kind, operation.image.reference
        case op.RemoveImage():
            return kind, short_reference(operation.reference)
        case op.CreateNetwork():
            return kind, operation.network.name
        case op.CreateVolume():
            return kind, operation.volume.name
        case op.RemoveNetwork() | op.RemoveVolume():
            return kind, operation.name
        case op.CopyVolume():
            return kind, operation.target
        case op.CreateContainer():
            return kind, operation.spec.name
        case op.RenameContainer():
            return kind, operation.name
        case _:
            return kind, operation.container.name


def progress_verb(node: op.PlanNode) -> str:
    """`starting`."""
    return WORDS[type(node.operation)][1]


def failure(node: op.PlanNode) -> str:
    """`failed`. A hook is not what its line is about."""
    return "hook failed" if isinstance(node.operation, op.RunHook) else "failed"


def outcome_verb(node: op.PlanNode) -> str:
    """`started`."""
    if isinstance(node.operation, op.WaitContainer):
        return {"healthy": "healthy", "completed": "completed"}.get(str(node.operation.condition), "ready")
    return WORDS[type(node.operation)][2]
