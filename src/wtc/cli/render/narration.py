"""A plan's nodes as a person would tell them."""

from wtc.model.plan import (
    BuildImage,
    ConnectNetwork,
    CreateContainer,
    CreateNetwork,
    CreateVolume,
    DisconnectNetwork,
    InjectFiles,
    KillContainer,
    Operation,
    PauseContainer,
    PlanNode,
    PullImage,
    RemoveContainer,
    RemoveImage,
    RemoveNetwork,
    RemoveVolume,
    RenameContainer,
    RunHook,
    StartContainer,
    StopContainer,
    UnpauseContainer,
    WaitContainer,
)

WORDS: dict[type[Operation], tuple[str, str, str]] = {
    PullImage: ("image", "pulling", "pulled"),
    BuildImage: ("image", "building", "built"),
    RemoveImage: ("image", "removing", "removed"),
    CreateNetwork: ("network", "creating", "created"),
    RemoveNetwork: ("network", "removing", "removed"),
    CreateVolume: ("volume", "creating", "created"),
    RemoveVolume: ("volume", "removing", "removed"),
    CreateContainer: ("container", "creating", "created"),
    ConnectNetwork: ("container", "connecting", "connected"),
    DisconnectNetwork: ("container", "disconnecting", "disconnected"),
    InjectFiles: ("container", "filling in secrets and configs", "given secrets and configs"),
    RenameContainer: ("container", "replacing", "replaced"),
    StartContainer: ("container", "starting", "started"),
    StopContainer: ("container", "stopping", "stopped"),
    KillContainer: ("container", "signalling", "signalled"),
    PauseContainer: ("container", "pausing", "paused"),
    UnpauseContainer: ("container", "unpausing", "unpaused"),
    RemoveContainer: ("container", "removing", "removed"),
    RunHook: ("container", "running a hook", "hook done"),
    WaitContainer: ("container", "waiting", "ready"),
}
"""Operation -> what it is about, while it goes on, once it is done."""


def subject(node: PlanNode) -> tuple[str, str]:
    """What a node is about: its kind, and its name. Nodes about one thing share a line on a terminal."""
    operation = node.operation
    kind = WORDS[type(operation)][0]
    match operation:
        case PullImage() | BuildImage():
            return kind, operation.image.reference
        case RemoveImage():
            return kind, operation.reference
        case CreateNetwork():
            return kind, operation.network.name
        case CreateVolume():
            return kind, operation.volume.name
        case RemoveNetwork() | RemoveVolume():
            return kind, operation.name
        case CreateContainer():
            return kind, operation.spec.name
        case RenameContainer():
            return kind, operation.name
        case _:
            return kind, operation.container.name


def under_way(node: PlanNode) -> str:
    """`starting`."""
    return WORDS[type(node.operation)][1]


def outcome(node: PlanNode) -> str:
    """`started`."""
    if isinstance(node.operation, WaitContainer):
        return {"healthy": "healthy", "completed": "completed"}.get(str(node.operation.condition), "ready")
    return WORDS[type(node.operation)][2]
