"""Format a plan as text, one line for each node, for `--dry-run` and tests. Pure."""

from wtc.model import plan as op
from wtc.planner.names import short_reference


def plan_text(plan: op.Plan) -> str:
    """Return lines such as `3 create container accra-a1b2c3_web: it does not exist (after 1, 2)`; empty for no node."""
    return "\n".join(node_text(node) for node in plan.nodes)


def node_text(node: op.PlanNode) -> str:
    """Return one line of the plan."""
    after = f" (after {', '.join(map(str, node.after))})" if node.after else ""
    return f"{node.id} {operation_text(node.operation)}: {node.cause}{after}"


def operation_text(operation: op.Operation) -> str:  # noqa: C901, PLR0912 - one line for each operation
    """Return what an operation does in a few words, without file contents and values of variables."""
    match operation:
        case op.PullImage(image=image):
            return f"pull image {image.reference}"
        case op.BuildImage(image=image):
            return f"build image {image.reference}"
        case op.RemoveImage(reference=reference):
            return f"remove image {short_reference(reference)}"
        case op.CreateNetwork(network=network):
            return f"create network {network.name}"
        case op.RemoveNetwork(name=name):
            return f"remove network {name}"
        case op.CreateVolume(volume=volume):
            return f"create volume {volume.name}"
        case op.RemoveVolume(name=name):
            return f"remove volume {name}"
        case op.CopyVolume(source=source, target=target):
            return f"copy volume {source} to {target}"
        case op.CreateContainer(name=name):
            return f"create container {name}"
        case op.ConnectNetwork(container=container, network=network):
            return f"connect {container.name} to {network}"
        case op.DisconnectNetwork(container=container, network=network):
            return f"disconnect {container.name} from {network}"
        case op.InjectFiles(container=container, files=files):
            return f"put {', '.join(f.path for f in files)} into {container.name}"
        case op.RenameContainer(container=container, name=name):
            return f"rename container {container.name} to {name}"
        case op.StartContainer(container=container):
            return f"start container {container.name}"
        case op.StopContainer(container=container):
            return f"stop container {container.name}"
        case op.KillContainer(container=container, signal=signal):
            return f"send {signal} to container {container.name}"
        case op.PauseContainer(container=container):
            return f"pause container {container.name}"
        case op.UnpauseContainer(container=container):
            return f"unpause container {container.name}"
        case op.RemoveContainer(container=container):
            return f"remove container {container.name}"
        case op.RunHook(container=container):
            return f"run hook in {container.name}"
        case op.WaitContainer(container=container, condition=condition):
            return f"wait for {container.name} to be {condition}"
