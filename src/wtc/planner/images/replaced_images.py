"""Remove images that a build replaced: they lost their tag, and are removed once no container uses them. Pure."""

from collections.abc import Iterable, Mapping

from wtc.model.namespace import Namespace
from wtc.model.observed import Observed
from wtc.model.plan import RemoveImage
from wtc.planner.observed.ownership import ownership
from wtc.planner.plan_builder import PlanBuilder
from wtc.planner.reconcile import Action, ContainerDecision


def add_image_removals(
    namespace: Namespace,
    observed: Observed,
    decisions: Iterable[ContainerDecision],
    settled: Mapping[str, int],
    builder: PlanBuilder,
) -> None:
    """Remove the stack's untagged images whose last containers this plan replaces.

    `settled`: container name -> the node after which the replacement has this name.
    """
    replaced = {d.current.id: d for d in decisions if d.action is Action.RECREATE and d.current is not None}
    used = {c.image_id for c in observed.containers if c.id not in replaced}
    for image in observed.images.values():
        users = [d.spec.name for d in replaced.values() if d.current and d.current.image_id == image.id]
        if image.reference != image.id or not users or image.id in used:
            continue
        if ownership(image, namespace, observed.foreign_use).own:
            after = [settled.get(name) for name in users]
            builder.add(
                RemoveImage(reference=image.id, required=False), "nothing uses it since its rebuild", after=after
            )
