"""List the stacks on an engine, by the labels of their objects. Pure."""

from wtc import labels as label
from wtc.dataclass import replace
from wtc.model.identity import LabelledStack
from wtc.model.namespace import Namespace
from wtc.model.observed import RUNNING_STATES, EngineListing, ObservedContainer, ObservedVolume
from wtc.namespace import is_namespace
from wtc.planner.observed.ownership import Object, foreign_use, inconsistency, is_legacy

Key = tuple[str, ...]


def labelled_stacks(listing: EngineListing) -> tuple[LabelledStack, ...]:
    """Return one stack for each namespace and identity, sorted by name.

    Objects whose labels do not match their names belong to no stack. Objects that an older wtc created (without an
    identity) belong to the stack with the same namespace and path that has one.
    """
    use = foreign_use(listing.containers)
    groups: dict[Key, list[Object]] = {}
    for found in (*listing.containers, *listing.networks, *listing.volumes, *listing.images):
        if is_namespace(found.labels.get(label.PROJECT, "")) and not inconsistency(found, use):
            groups.setdefault(_key(found), []).append(found)
    owners = {(key[0], label.namespace_of(o[0].labels).worktree): key for key, o in groups.items() if key[1] != "path"}
    for key in [key for key in groups if key[1] == "path"]:
        if owner := owners.get((key[0], label.namespace_of(groups[key][0].labels).worktree)):
            groups[owner] += groups.pop(key)
    return tuple(_stack(objects) for _, objects in sorted(groups.items()))


def _key(found: Object) -> Key:
    """Return the key that the objects of one stack share: the id, else the host and the folder, else the path."""
    labels = found.labels
    project = labels[label.PROJECT]
    if worktree_id := labels.get(label.ID, ""):
        return (project, "id", worktree_id)
    if is_legacy(labels):
        return (project, "path", labels.get(label.WORKTREE, ""))
    inode = str(label.identity_of(labels).inode)
    return (project, "folder", labels.get(label.HOST, ""), inode)


def _stack(objects: list[Object]) -> LabelledStack:
    containers = [o for o in objects if isinstance(o, ObservedContainer)]
    running = [c for c in containers if c.state in RUNNING_STATES]
    # Containers first: after a move they record the new path, while volumes still record the old one.
    lead = next((o for o in objects if not is_legacy(o.labels)), objects[0])
    recorded = label.namespace_of(lead.labels)
    folders = (c.labels.get(label.COMPOSE_WORKING_DIR, "") for c in containers)
    return LabelledStack(
        namespace=recorded.name,
        worktree=recorded.worktree,
        identity=replace(
            recorded.identity,
            directory=recorded.identity.directory or next(filter(None, folders), ""),
            legacy=any(is_legacy(o.labels) for o in objects),
        ),
        legacy=is_legacy(lead.labels),
        running=tuple(sorted(c.name for c in running)),
        binds=tuple(sorted({bind for c in running for bind in c.binds})),
        volumes=tuple(sorted(o.name for o in objects if isinstance(o, ObservedVolume))),
        containers=len(containers),
    )


def namespace_of(stack: LabelledStack) -> Namespace:
    """Return the namespace with which `ownership` finds the stack's objects."""
    return Namespace(name=stack.namespace, worktree=stack.worktree, identity=stack.identity)
