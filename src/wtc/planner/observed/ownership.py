"""Decide whether an object of the engine belongs to a stack, so that wtc may change or remove it. Pure.

Labels alone do not prove it: containers and images that users create from an image of wtc inherit its labels. So the
labels of an object must match each other and its name, and then the identity of the worktree.
See `.context/plans/design.md`.
"""

import re
from collections.abc import Iterable, Mapping

from wtc import labels as label
from wtc.dataclass import dataclass
from wtc.model.namespace import Namespace
from wtc.model.observed import (
    RUNNING_STATES,
    EngineListing,
    ForeignUse,
    ObservedContainer,
    ObservedImage,
    ObservedNetwork,
    ObservedVolume,
)
from wtc.planner.names import replacement_name
from wtc.planner.volumes.copy_target import copy_target

Object = ObservedContainer | ObservedNetwork | ObservedVolume | ObservedImage

_ANONYMOUS = "[0-9a-f]{64}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ownership:
    """Own, or foreign with the reason, as it completes "it is left alone, because ..."."""

    own: bool
    reason: str = ""


OWN = Ownership(own=True)
NO_FOREIGN_USE = ForeignUse()


def ownership(found: Object, namespace: Namespace, foreign: ForeignUse = NO_FOREIGN_USE) -> Ownership:
    """Return whether the object belongs to the stack with this namespace and identity, and why not."""
    if why := inconsistency(found, foreign) or _belongs_elsewhere(found, namespace):
        return Ownership(own=False, reason=why)
    return OWN


def inconsistency(found: Object, foreign: ForeignUse = NO_FOREIGN_USE) -> str:
    """Return why an object's labels do not match each other and its name; empty if they do."""
    labels = found.labels
    if not label.managed(labels):
        return "wtc did not create it"
    project = labels.get(label.PROJECT, "")
    if not project or labels.get(label.COMPOSE_PROJECT, project) != project:
        return "its labels name two projects"
    match found:
        case ObservedContainer():
            return _container_inconsistency(found, project)
        case ObservedNetwork():
            return _name_inconsistency(found.name, found.labels, f"{project}_")
        case ObservedVolume():
            return _volume_inconsistency(found, project, foreign)
        case ObservedImage():
            return _image_inconsistency(found, project, foreign)


def foreign_use(containers: Iterable[ObservedContainer], namespace: Namespace | None = None) -> ForeignUse:
    """Return the volumes and images that foreign containers use.

    Without `namespace`, foreign means not created by wtc. With it, containers of other stacks are foreign too, except
    those that a copy of this stack's volumes left (`is_left_by_copy`).
    """
    volumes: dict[str, str] = {}
    writers: dict[str, str] = {}
    images: dict[str, str] = {}
    for container in containers:
        if not (inconsistency(container) if namespace is None else _is_foreign(container, namespace)):
            continue
        images.setdefault(container.image_id, container.name)
        for volume in container.volumes:
            volumes.setdefault(volume.name, container.name)
            if volume.writable and container.state in RUNNING_STATES:
                writers.setdefault(volume.name, container.name)
    return ForeignUse(volumes=volumes, writers=writers, images=images)


def is_left_by_copy(found: ObservedContainer, namespace: Namespace) -> bool:
    """Return whether an interrupted copy of this stack's volumes into another stack left the container.

    A copy holds the lock of the stack that it copies from, and never starts its containers. So while a command holds
    this stack's lock, such a container belongs to no running copy, if it was created on the same host.
    """
    host = found.labels.get(label.HOST, "")
    here = bool(host) and host == namespace.identity.host
    return here and found.state == "created" and bool(copy_target(found)) and not inconsistency(found)


def _is_foreign(found: ObservedContainer, namespace: Namespace) -> bool:
    return not ownership(found, namespace).own and not is_left_by_copy(found, namespace)


def foreign_objects(listing: EngineListing, namespace: Namespace, foreign: ForeignUse) -> dict[str, str]:
    """Return the objects with the namespace's label that do not belong to the stack: kind and name -> the reason."""
    found: dict[str, str] = {}
    kinds = (("container", listing.containers), ("network", listing.networks), ("volume", listing.volumes))
    for kind, objects in kinds:
        for one in objects:
            if label.managed(one.labels) and one.labels.get(label.PROJECT) == namespace.name:
                result = ownership(one, namespace, foreign)
                if not result.own:
                    found[f"{kind} `{one.name}`"] = result.reason
    return found


def is_legacy(labels: Mapping[str, str]) -> bool:
    """Return whether an older wtc created the object, which wrote neither names nor an identity into labels."""
    return not any(labels.get(key) for key in (label.ID, label.NAME, label.HOST))


def is_named(labels: Mapping[str, str], container: str) -> bool:
    """Return whether the labels name this container: it has the name itself, or is the replacement for that name."""
    own = labels.get(label.NAME, "")
    return not own or container in {own, replacement_name(own)}


def is_anonymous(name: str) -> bool:
    """Return whether the engine chose the volume's name."""
    return re.fullmatch(_ANONYMOUS, name) is not None


def _container_inconsistency(found: ObservedContainer, project: str) -> str:
    if label.CONFIG_HASH not in found.labels:
        return "its labels come from its image"
    own = found.labels.get(label.NAME, "")
    if not is_named(found.labels, found.name):
        return f"its labels are those of `{own}`"
    if not own and not is_legacy(found.labels):
        return "its labels have no name"
    if not own and not found.name.startswith((f"{project}_", replacement_name(f"{project}_"))):
        return "its labels are those of another container"
    return ""


def _name_inconsistency(name: str, labels: Mapping[str, str], prefix: str) -> str:
    own = labels.get(label.NAME, "")
    if own:
        return "" if own == name else f"its labels are those of `{own}`"
    return "" if is_legacy(labels) and name.startswith(prefix) else "its labels do not name it"


def _volume_inconsistency(found: ObservedVolume, project: str, foreign: ForeignUse) -> str:
    if not is_anonymous(found.name):
        return _name_inconsistency(found.name, found.labels, f"{project}_")
    if found.labels.get(label.NAME):
        return f"its labels are those of `{found.labels[label.NAME]}`"
    user = foreign.volumes.get(found.name)
    return f"container `{user}` uses it" if user else ""


def _image_inconsistency(found: ObservedImage, project: str, foreign: ForeignUse) -> str:
    if found.reference == found.id:
        user = foreign.images.get(found.id)
        return f"container `{user}` uses it" if user else ""
    tag = found.reference.removesuffix(":latest")
    own = found.labels.get(label.NAME, "")
    if own:
        return "" if own == tag else f"its labels are those of `{own}`"
    service = found.labels.get(label.SERVICE, "")
    expected = f"{project}-{service.lower().strip('._-')}"
    return "" if is_legacy(found.labels) and tag == expected else "its labels are those of another image"


def _belongs_elsewhere(found: Object, namespace: Namespace) -> str:
    """Return why an object with consistent labels does not belong to this stack; empty if it does."""
    labels, identity = found.labels, namespace.identity
    if labels.get(label.PROJECT) != namespace.name:
        return f"it belongs to stack `{labels.get(label.PROJECT)}`"
    created = label.namespace_of(labels)
    if worktree_id := created.identity.id:
        return "" if worktree_id == identity.id else f"it belongs to another worktree, created at `{created.worktree}`"
    if not is_legacy(labels):
        same = created.identity.host == identity.host and created.identity.inode == identity.inode != 0
        return "" if same else f"it was created for another folder or host at `{created.worktree}`"
    if created.worktree not in {namespace.worktree, *identity.former_paths}:
        return f"it belongs to another worktree, created at `{created.worktree}`"
    if not identity.legacy:
        return "an older wtc created it, for another compose file or on a remote engine"
    folder = labels.get(label.COMPOSE_WORKING_DIR, "")
    known = {identity.directory, *identity.spellings}
    if isinstance(found, ObservedContainer) and folder and identity.directory and folder not in known:
        return f"an older wtc created it, for the project in `{folder}`"
    return ""
