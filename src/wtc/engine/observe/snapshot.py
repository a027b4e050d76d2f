"""Observe the engine: list and inspect objects, with few GET requests, in parallel."""

import json
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, TypeVar

from wtc import labels as label
from wtc.dataclass import replace
from wtc.engine.observe import parse_inspect
from wtc.engine.observe.host_ports import listed_bindings, requested_ports
from wtc.errors import NotFoundError
from wtc.model.identity import LabelledStack
from wtc.model.namespace import Namespace
from wtc.model.observed import (
    EngineListing,
    Observed,
    ObservedContainer,
    ObservedImage,
    ObservedNetwork,
    ObservedStack,
    ObservedVolume,
)
from wtc.model.ports import HeldPort
from wtc.planner.observed.labelled_stacks import labelled_stacks, namespace_of
from wtc.planner.observed.observed_stack import observed_stack, own_containers
from wtc.planner.observed.ownership import foreign_use, inconsistency, ownership

if TYPE_CHECKING:
    from wtc.engine.client.connection import Engine

PARALLEL = 8
_MANAGED = f"{label.MANAGED}=true"


def list_engine(engine: "Engine") -> EngineListing:
    """List all containers, networks and volumes, and wtc's images, with four parallel calls.

    Source: Engine API, GET /containers/json, /networks, /volumes, /images/json.
    """
    with ThreadPoolExecutor(4) as pool:
        containers = pool.submit(_listed_containers, engine)
        networks = pool.submit(engine.list, "/networks", doing="list networks")
        volumes = pool.submit(engine.object, "/volumes", doing="list volumes")
        images = pool.submit(_images, engine, _MANAGED)
        return EngineListing(
            containers=containers.result(),
            networks=tuple(map(parse_inspect.parse_network, networks.result())),
            volumes=tuple(map(parse_inspect.parse_volume, volumes.result().get("Volumes") or ())),
            images=tuple(images.result()),
        )


def observe(
    engine: "Engine",
    namespace: Namespace,
    *,
    listing: EngineListing | None = None,
    references: Iterable[str] = (),
    networks: Iterable[str] = (),
    volumes: Iterable[str] = (),
) -> Observed:
    """Observe the stack of a namespace, and the objects that can conflict with it.

    `listing` is a fresh list of the engine's objects; by default, list them here. The other arguments are those of
    `observe_more`. Source: Engine API, GET /containers/{id}/json.
    """
    with ThreadPoolExecutor(PARALLEL) as pool:
        listed = listing or list_engine(engine)
        inspected = [pool.submit(inspect_container, engine, c.id) for c in own_containers(listed, namespace)]
    found = observed_stack(
        listed,
        namespace,
        containers=[parse_inspect.parse_container(i) for future in inspected if (i := future.result())],
        api_version=engine.api_version,
    )
    return observe_more(engine, found, references=references, networks=networks, volumes=volumes)


def observe_more(
    engine: "Engine",
    observed: Observed,
    *,
    references: Iterable[str] = (),
    networks: Iterable[str] = (),
    volumes: Iterable[str] = (),
) -> Observed:
    """The same snapshot with images (by reference), networks (by name or id) and volumes (by name).

    Networks and volumes are asked for one by one where the snapshot does not have them. Source: Engine API,
    GET /images/{}/json, /networks/{}, /volumes/{}.
    """
    with ThreadPoolExecutor(PARALLEL) as pool:
        images = [pool.submit(_image, engine, reference) for reference in dict.fromkeys(references)]
        more_networks = {n: pool.submit(_network, engine, n) for n in networks if n not in observed.networks}
        more_volumes = {v: pool.submit(_volume, engine, v) for v in volumes if v not in observed.volumes}
    return replace(
        observed,
        networks={**observed.networks, **{name: n for name, f in more_networks.items() if (n := f.result())}},
        volumes={**observed.volumes, **{name: v for name, f in more_volumes.items() if (v := f.result())}},
        images={**observed.images, **{i.reference: i for future in images if (i := future.result())}},
    )


def published_ports(
    engine: "Engine", *, other_than: Namespace | None = None, listing: EngineListing | None = None
) -> frozenset[int]:
    """Return the host ports of running containers, and those that wtc's stopped containers will publish again.

    `listing` is a fresh list of the engine's objects; by default, list the containers here.
    """
    with ThreadPoolExecutor(PARALLEL) as pool:
        listed = listing.containers if listing else _listed_containers(engine)
        others = [c for c in listed if other_than is None or not ownership(c, other_than).own]
        stopped = [c for c in others if c.state != "running" and label.managed(c.labels)]
        inspected = [future.result() for future in [pool.submit(inspect_container, engine, c.id) for c in stopped]]
        held = {port.port for container in others for port in container.ports}
        held |= {port.port for one in inspected if one for port in requested_ports(one)}
    return frozenset(held - {0})


def held_ports(engine: "Engine") -> tuple[HeldPort, ...]:
    """Return each host port that a running container is bound to. Source: `GET /containers/json`."""
    return tuple(
        HeldPort(
            binding=one,
            container=container.name,
            id=container.id,
            namespace=stack.name,
            worktree=stack.worktree,
            service=container.service if stack.name and not container.oneoff else "",
        )
        for summary in list_containers(engine)
        for container in [parse_inspect.parse_listed_container(summary)]
        for stack in [label.namespace_of({} if inconsistency(container) else container.labels)]
        for one in listed_bindings(summary)
    )


def list_stacks(engine: "Engine") -> tuple[ObservedStack, ...]:
    """Return all stacks of all worktrees, by name; the number of calls does not depend on the number of stacks."""
    listing = list_engine(engine)
    hidden = any(c.state == "paused" and not c.health and label.managed(c.labels) for c in listing.containers)
    health = _health_of_paused(engine) if hidden else {}
    use = foreign_use(listing.containers)

    def own(stack: LabelledStack, found: Iterable[Labelled]) -> list[Labelled]:
        namespace = namespace_of(stack)
        return [one for one in found if ownership(one, namespace, use).own]

    return tuple(
        ObservedStack(
            stack=stack,
            containers=tuple(
                sorted(
                    (replace(c, health=health.get(c.id, c.health)) for c in own(stack, listing.containers)),
                    key=lambda c: (c.service, c.number, c.name),
                )
            ),
            networks=tuple(own(stack, listing.networks)),
            volumes=tuple(own(stack, listing.volumes)),
            images=tuple(own(stack, listing.images)),
        )
        for stack in labelled_stacks(listing)
    )


Labelled = TypeVar("Labelled", ObservedContainer, ObservedNetwork, ObservedVolume, ObservedImage)


def list_containers(engine: "Engine", *labels: str, health: str = "") -> list[dict[str, Any]]:
    """List all containers, also stopped ones, that have each of the labels (`key=value`): `GET /containers/json`."""
    filters = {**({"label": [*labels]} if labels else {}), **({"health": [health]} if health else {})}
    params = {"all": "1", **({"filters": json.dumps(filters)} if filters else {})}
    return engine.list("/containers/json", doing="list containers", params=params)


def _health_of_paused(engine: "Engine") -> dict[str, str]:
    """Return container id -> health, for all containers; the list itself does not show it of paused ones."""
    with ThreadPoolExecutor(PARALLEL) as pool:
        found = {h: pool.submit(list_containers, engine, _MANAGED, health=h) for h in parse_inspect.HEALTH}
        return {str(summary["Id"]): h for h, future in found.items() for summary in future.result()}


def _listed_containers(engine: "Engine") -> tuple[ObservedContainer, ...]:
    return tuple(parse_inspect.parse_listed_container(summary) for summary in list_containers(engine))


def _images(engine: "Engine", labelled: str) -> list[ObservedImage]:
    found = engine.list("/images/json", doing="list images", params={"filters": json.dumps({"label": [labelled]})})
    return [image for summary in found for image in parse_inspect.parse_listed_images(summary)]


def inspect_container(engine: "Engine", container: str) -> dict[str, Any] | None:
    """Return `GET /containers/{id}/json`; None if it was removed since it was listed."""
    try:
        return engine.object(f"/containers/{container}/json", doing=f"inspect container `{container}`")
    except NotFoundError:
        return None


def _image(engine: "Engine", reference: str) -> ObservedImage | None:
    try:
        return parse_inspect.parse_image(
            reference, engine.object(f"/images/{reference}/json", doing=f"inspect `{reference}`")
        )
    except NotFoundError:
        return None


def _network(engine: "Engine", name: str) -> ObservedNetwork | None:
    """Return a network by name or full id; the engine also accepts the beginning of an id, which is ignored."""
    try:
        found = parse_inspect.parse_network(engine.object(f"/networks/{name}", doing=f"inspect network `{name}`"))
    except NotFoundError:
        return None
    return found if name in {found.name, found.id} else None


def _volume(engine: "Engine", name: str) -> ObservedVolume | None:
    try:
        return parse_inspect.parse_volume(engine.object(f"/volumes/{name}", doing=f"inspect volume `{name}`"))
    except NotFoundError:
        return None
