"""Select the objects of one stack from everything that an engine lists. Pure."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from wtc import labels as label
from wtc.model.namespace import Namespace
from wtc.model.observed import (
    EngineListing,
    Observed,
    ObservedContainer,
    ObservedImage,
    ObservedNetwork,
    ObservedVolume,
)
from wtc.planner.observed.ownership import foreign_objects, foreign_use, ownership


def own_containers(listing: EngineListing, namespace: Namespace) -> list[ObservedContainer]:
    """Return the containers of the stack, as the engine's list shows them."""
    return [c for c in listing.containers if ownership(c, namespace).own]


def observed_stack(
    listing: EngineListing,
    namespace: Namespace,
    *,
    containers: Iterable[ObservedContainer] | None = None,
    networks: Mapping[str, ObservedNetwork] = MappingProxyType({}),
    volumes: Mapping[str, ObservedVolume] = MappingProxyType({}),
    images: Mapping[str, ObservedImage] = MappingProxyType({}),
    api_version: tuple[int, int] = (1, 41),
) -> Observed:
    """Return the observed state of a stack, with the foreign objects that can conflict with it.

    `containers` are the stack's containers as inspected, without those that were removed since the list. `networks`,
    `volumes` (by name or id) and `images` (by reference) were inspected in addition to the list.
    """
    own = own_containers(listing, namespace)
    known = {c.id for c in own}
    use = foreign_use(listing.containers, namespace)
    of_namespace = {i.reference: i for i in listing.images if i.labels.get(label.PROJECT) == namespace.name}
    found = own if containers is None else containers
    return Observed(
        containers=tuple(sorted(found, key=lambda c: (c.service, c.number, c.name))),
        networks={**{n.name: n for n in listing.networks}, **networks},
        volumes={**{v.name: v for v in listing.volumes}, **volumes},
        images={**of_namespace, **images},
        foreign=tuple(c for c in listing.containers if c.id not in known),
        foreign_use=use,
        left_alone=foreign_objects(listing, namespace, use),
        api_version=api_version,
    )
