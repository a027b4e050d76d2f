"""Observe the engine: list and inspect objects, with few GET requests, in parallel."""

import json
from collections.abc import Callable, Iterable, Sequence
from functools import partial

from wtc import labels as label
from wtc.dataclass import replace
from wtc.engine.client.json_access import Json, get_objects, get_text
from wtc.engine.observe import parse_inspect
from wtc.engine.observe.host_ports import listed_bindings, requested_ports
from wtc.engine.parallel import call_all
from wtc.errors import EngineError, NotFoundError
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
from wtc.static_typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

if TYPE_CHECKING:
    from wtc.engine.client.connection import Engine

_MANAGED = f"{label.MANAGED}=true"


def list_engine(engine: "Engine") -> EngineListing:
    """List all containers, networks and volumes, and wtc's images, with four parallel calls.

    Source: Engine API, GET /containers/json, /networks, /volumes, /images/json.
    """
    containers, networks, volumes, images = call_all(
        [
            partial(list_containers, engine),
            partial(engine.list, "/networks", doing="list networks"),
            partial(_volumes, engine),
            partial(_images, engine),
        ]
    )
    return EngineListing(
        containers=tuple(map(parse_inspect.parse_listed_container, containers)),
        networks=tuple(map(parse_inspect.parse_network, networks)),
        volumes=tuple(map(parse_inspect.parse_volume, volumes)),
        images=tuple(image for summary in images for image in parse_inspect.parse_listed_images(summary)),
    )


def list_containers_alone(engine: "Engine") -> EngineListing:
    """List all containers, and nothing else, with one call. Source: Engine API, GET /containers/json."""
    return EngineListing(containers=tuple(map(parse_inspect.parse_listed_container, list_containers(engine))))


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
    listed = listing or list_engine(engine)
    inspected = inspect_containers(engine, [c.id for c in own_containers(listed, namespace)])
    found = observed_stack(
        listed,
        namespace,
        containers=list(map(parse_inspect.parse_container, inspected)),
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
    """Return the snapshot with more images (by reference), networks (by name or id) and volumes (by name).

    Networks and volumes are asked for one by one where the snapshot does not have them. Source: Engine API,
    GET /images/{}/json, /networks/{}, /volumes/{}.
    """
    found_images: dict[str, ObservedImage] = {}
    found_networks: dict[str, ObservedNetwork] = {}
    found_volumes: dict[str, ObservedVolume] = {}

    def look_up(
        names: Iterable[str], inspect: Callable[["Engine", str], Found | None], found: dict[str, Found]
    ) -> Calls:
        return [partial(_add_found, found, name, partial(inspect, engine, name)) for name in dict.fromkeys(names)]

    call_all(
        look_up(references, _image, found_images)
        + look_up((name for name in networks if name not in observed.networks), _network, found_networks)
        + look_up((name for name in volumes if name not in observed.volumes), _volume, found_volumes)
    )
    return replace(
        observed,
        networks={**observed.networks, **found_networks},
        volumes={**observed.volumes, **found_volumes},
        images={**observed.images, **found_images},
    )


def published_ports(
    engine: "Engine",
    *,
    other_than: Namespace | None = None,
    listing: EngineListing | None = None,
    of_stopped: bool = True,
) -> frozenset[int]:
    """Return the host ports of running containers, and those that wtc's stopped containers will publish again.

    `listing` is a fresh list of the engine's objects; by default, list the containers here. With `of_stopped`, each
    stopped container of wtc is inspected.
    """
    listed = listing.containers if listing else map(parse_inspect.parse_listed_container, list_containers(engine))
    others = [c for c in listed if other_than is None or not ownership(c, other_than).own]
    stopped = [c.id for c in others if of_stopped and c.state != "running" and label.managed(c.labels)]
    held = {port.port for container in others for port in container.ports}
    held |= {port.port for one in inspect_containers(engine, stopped) for port in requested_ports(one)}
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


Found = TypeVar("Found")
Calls: TypeAlias = list[Callable[[], None]]
Labelled = TypeVar("Labelled", ObservedContainer, ObservedNetwork, ObservedVolume, ObservedImage)


def list_containers(engine: "Engine", *labels: str, health: str = "") -> list[dict[str, Any]]:
    """List all containers, also stopped ones, that have each of the labels (`key=value`): `GET /containers/json`."""
    filters = {**({"label": [*labels]} if labels else {}), **({"health": [health]} if health else {})}
    params = {"all": "1", **({"filters": json.dumps(filters)} if filters else {})}
    return engine.list("/containers/json", doing="list containers", params=params)


def _health_of_paused(engine: "Engine") -> dict[str, str]:
    """Return container id -> health, for all containers; the list itself does not show it of paused ones."""
    found = call_all([partial(list_containers, engine, _MANAGED, health=h) for h in parse_inspect.HEALTH])
    return {get_text(one, "Id"): h for h, listed in zip(parse_inspect.HEALTH, found, strict=True) for one in listed}


def _volumes(engine: "Engine") -> list[Json]:
    return get_objects(engine.object("/volumes", doing="list volumes"), "Volumes")


def _images(engine: "Engine") -> list[dict[str, Any]]:
    return engine.list("/images/json", doing="list images", params={"filters": json.dumps({"label": [_MANAGED]})})


def inspect_containers(engine: "Engine", containers: Sequence[str]) -> list[dict[str, Any]]:
    """Inspect containers in parallel; leave out those that were removed since they were listed."""
    found = call_all([partial(inspect_container, engine, one) for one in containers])
    return [one for one in found if one is not None]


def inspect_container(engine: "Engine", container: str) -> dict[str, Any] | None:
    """Return `GET /containers/{id}/json`; None if it was removed since it was listed."""
    try:
        return engine.object(f"/containers/{container}/json", doing=f"inspect container `{container}`")
    except NotFoundError:
        return None


def _add_found(found: dict[str, Found], name: str, inspect: Callable[[], Found | None]) -> None:
    if (one := inspect()) is not None:
        found[name] = one


def _image(engine: "Engine", reference: str) -> ObservedImage | None:
    """Return an image; None also for a reference that is not valid, which a pull refuses with its position."""
    try:
        return parse_inspect.parse_image(
            reference, engine.object(f"/images/{reference}/json", doing=f"inspect `{reference}`")
        )
    except EngineError as error:
        if error.status not in {400, 404}:
            raise
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
