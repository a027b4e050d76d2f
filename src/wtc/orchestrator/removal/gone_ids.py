"""The records of an id in the common git folder, removed once its stack is cleaned and its worktree is gone."""

from collections.abc import Collection

from wtc import labels as label
from wtc.model.identity import Identity
from wtc.model.namespace import Namespace
from wtc.orchestrator.context.identify import Repositories, judge_stack
from wtc.planner.observed.labelled_stacks import labelled_stacks
from wtc.static_typing import TYPE_CHECKING
from wtc.worktrees.identity import Verdict
from wtc.worktrees.worktree_id import forget_id

if TYPE_CHECKING:
    from wtc.engine.client.connection import Engine
    from wtc.model.observed import EngineListing


def gone_identities(namespace: Namespace, listing: "EngineListing", host: str) -> list[Identity]:
    """Return the identity of the stack with this namespace and id, if it is proved that its worktree is gone."""
    repositories = Repositories()
    key = (namespace.name, namespace.identity.id)
    found = (s for s in labelled_stacks(listing) if s.identity.id and (s.namespace, s.identity.id) == key)
    return [s.identity for s in found if judge_stack(s, host, repositories).verdict is Verdict.GONE]


def forget_ids(gone: Collection[Identity], engine: "Engine") -> None:
    """Remove the records of these ids, but those that something on the engine still carries."""
    if not gone:
        return
    from wtc.engine.observe.snapshot import list_engine

    listing = list_engine(engine)
    objects = (*listing.containers, *listing.networks, *listing.volumes, *listing.images)
    left = {found.labels.get(label.ID, "") for found in objects}
    for identity in gone:
        if identity.id not in left:
            forget_id(identity.git, identity.id)
