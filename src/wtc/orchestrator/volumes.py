"""`volumes`: list the volumes of a stack."""

from collections.abc import Sequence

from wtc import labels as label
from wtc.dataclass import dataclass
from wtc.events import Reporter
from wtc.model.namespace import Namespace
from wtc.model.observed import ObservedVolume
from wtc.orchestrator.context.context import Context
from wtc.orchestrator.context.target import Target
from wtc.orchestrator.context.validate_services import validate_services


@dataclass(frozen=True, slots=True, kw_only=True)
class StackVolume:
    """A volume of the stack. `key` is its name in the file; empty for an anonymous volume."""

    volume: ObservedVolume
    key: str
    services: tuple[str, ...]
    """The services whose containers mount it, sorted."""


def volumes(
    target: Target, services: Sequence[str], report: Reporter, *, anonymous: bool
) -> tuple[Namespace, tuple[StackVolume, ...]]:
    """Return the stack's own volumes, sorted by name; with `services` only those that they mount.

    External volumes are not the stack's. With `anonymous`, those without a name in the file follow the named ones.

    Raises:
        UsageError: neither the engine nor the file has a service that was named.
    """
    from wtc.planner.down import own_volumes

    with Context(target, report) as context:
        validate_services(context, services)
        namespace, observed = context.namespace, context.observed
    found: list[StackVolume] = []
    for name in own_volumes(namespace, observed):
        volume = observed.volumes[name]
        users = {c.service for c in observed.containers if name in {mount.name for mount in c.volumes}}
        found.append(
            StackVolume(volume=volume, key=volume.labels.get(label.RESOURCE, ""), services=tuple(sorted(users)))
        )
    chosen = [v for v in found if (v.key or anonymous) and (not services or not set(services).isdisjoint(v.services))]
    return namespace, tuple(sorted(chosen, key=lambda v: (not v.key, v.volume.name)))
