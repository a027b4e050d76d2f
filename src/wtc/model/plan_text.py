"""A plan in words, and what each operation is called: one row for each operation. Pure."""

from wtc.model import plan as op
from wtc.model.plan import Operation, Plan, PlanNode
from wtc.static_typing import NamedTuple


class OperationNames(NamedTuple):
    """What an operation is called. In the table, all but `kind` can be format strings over the operation, `{0}`."""

    kind: str
    """What it acts on: `image`, `network`, `volume` or `container`."""
    subject: str
    """The name of that. Nodes with one kind and subject share a line on a terminal."""
    text: str
    """Three or four words for the plan: no contents of files, no values of variables."""
    doing: str
    done: str
    failed: str = "failed"


_CONTAINER = ("container", "{0.container.name}")
_NAMES: dict[type[Operation], OperationNames] = {
    op.PullImage: OperationNames("image", "{0.image.reference}", "pull image {subject}", "pulling", "pulled"),
    op.BuildImage: OperationNames("image", "{0.image.reference}", "build image {subject}", "building", "built"),
    op.RemoveImage: OperationNames("image", "{0.short_reference}", "remove image {subject}", "removing", "removed"),
    op.CreateNetwork: OperationNames("network", "{0.network.name}", "create network {subject}", "creating", "created"),
    op.RemoveNetwork: OperationNames("network", "{0.name}", "remove network {subject}", "removing", "removed"),
    op.CreateVolume: OperationNames("volume", "{0.volume.name}", "create volume {subject}", "creating", "created"),
    op.RemoveVolume: OperationNames("volume", "{0.name}", "remove volume {subject}", "removing", "removed"),
    op.CopyVolume: OperationNames("volume", "{0.target}", "copy volume {0.source} to {subject}", "copying", "copied"),
    op.CreateContainer: OperationNames(
        "container", "{0.spec.name}", "create container {0.name}", "creating", "created"
    ),
    op.ConnectNetwork: OperationNames(*_CONTAINER, "connect {subject} to {0.network}", "connecting", "connected"),
    op.DisconnectNetwork: OperationNames(
        *_CONTAINER, "disconnect {subject} from {0.network}", "disconnecting", "disconnected"
    ),
    op.InjectFiles: OperationNames(
        *_CONTAINER, "put {0.paths} into {subject}", "filling in secrets and configs", "given secrets and configs"
    ),
    op.RenameContainer: OperationNames(
        "container", "{0.name}", "rename container {0.container.name} to {subject}", "replacing", "replaced"
    ),
    op.StartContainer: OperationNames(*_CONTAINER, "start container {subject}", "starting", "started"),
    op.StopContainer: OperationNames(*_CONTAINER, "stop container {subject}", "stopping", "stopped"),
    op.KillContainer: OperationNames(*_CONTAINER, "send {0.signal} to container {subject}", "signalling", "signalled"),
    op.PauseContainer: OperationNames(*_CONTAINER, "pause container {subject}", "pausing", "paused"),
    op.UnpauseContainer: OperationNames(*_CONTAINER, "unpause container {subject}", "unpausing", "unpaused"),
    op.RemoveContainer: OperationNames(*_CONTAINER, "remove container {subject}", "removing", "removed"),
    op.RunHook: OperationNames(*_CONTAINER, "run hook in {subject}", "running a hook", "hook done", "hook failed"),
    op.WaitContainer: OperationNames(
        *_CONTAINER, "wait for {subject} to be {0.condition}", "waiting", "{0.state_reached}"
    ),
}


def operation_names(operation: Operation) -> OperationNames:
    """Return the row of the operation, filled in."""
    row = _NAMES[type(operation)]
    subject = row.subject.format(operation)
    return OperationNames(*(column.format(operation, subject=subject) for column in row))


def operation_text(operation: Operation) -> str:
    """`create container accra-a1b2c3_web`."""
    return operation_names(operation).text


def node_text(node: PlanNode) -> str:
    """`3 create container accra-a1b2c3_web: it does not exist (after 1, 2)`."""
    after = f" (after {', '.join(map(str, node.after))})" if node.after else ""
    return f"{node.id} {operation_text(node.operation)}: {node.cause}{after}"


def plan_text(plan: Plan) -> str:
    """Return one line for each node; empty if nothing has to be done."""
    return "\n".join(node_text(node) for node in plan.nodes)
