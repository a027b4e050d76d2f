"""Looking at the engine: GETs only, few of them, and in parallel."""

import json
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, TypeVar

from wtc import labels as label
from wtc.engine import reading
from wtc.engine.host_ports import listed_ports, requested_ports
from wtc.errors import NotFoundError
from wtc.model.namespace import Namespace
from wtc.model.observed import (
    Observed,
    ObservedContainer,
    ObservedImage,
    ObservedNetwork,
    ObservedStack,
    ObservedVolume,
)

if TYPE_CHECKING:
    from wtc.engine.answers import Json
    from wtc.engine.connection import Engine

T = TypeVar("T")
PARALLEL = 8
HEALTH = ("starting", "healthy", "unhealthy")
_MANAGED = f"{label.MANAGED}=true"


def observe(
    engine: "Engine",
    namespace: Namespace,
    *,
    references: Iterable[str] = (),
    networks: Iterable[str] = (),
    volumes: Iterable[str] = (),
) -> Observed:
    """The stack of a namespace, and whatever may stand in its way.

    `references` are images to look for; `networks` and `volumes` are names (or ids, for networks) that are asked for
    one by one where the lists do not have them.
    Source: Engine API, GET /containers/json, /containers/{id}/json, /networks, /volumes, /images/json, /images/{}/json.
    """
    wanted = list(dict.fromkeys(references))
    with ThreadPoolExecutor(PARALLEL) as pool:
        listed = pool.submit(_containers, engine)
        all_networks = pool.submit(engine.list, "/networks", doing="list networks")
        all_volumes = pool.submit(engine.object, "/volumes", doing="list volumes")
        built = pool.submit(_images, engine, f"{label.PROJECT}={namespace.name}")
        found = [pool.submit(_image, engine, reference) for reference in wanted]
        own = [s for s in listed.result() if reading.belongs(reading.labels_of(s), namespace)]
        inspected = [pool.submit(_inspect, engine, str(s["Id"])) for s in own]
        networks_there = {n.name: n for n in map(reading.network, all_networks.result())}
        volumes_there = {v.name: v for v in map(reading.volume, all_volumes.result().get("Volumes") or ())}
        extra_networks = {n: pool.submit(_network, engine, n) for n in networks if n not in networks_there}
        extra_volumes = {v: pool.submit(_volume, engine, v) for v in volumes if v not in volumes_there}
        images = {image.reference: image for image in built.result()}
        images |= {i.reference: i for future in found if (i := future.result())}
        containers = [reading.container(i) for future in inspected if (i := future.result())]
        networks_there |= {name: n for name, future in extra_networks.items() if (n := future.result())}
        volumes_there |= {name: v for name, future in extra_volumes.items() if (v := future.result())}
        known = {str(s["Id"]) for s in own}
        foreign = [reading.listed_container(s, "") for s in listed.result() if str(s["Id"]) not in known]
    return Observed(
        containers=tuple(sorted(containers, key=lambda c: (c.service, c.number, c.name))),
        networks=networks_there,
        volumes=volumes_there,
        images=images,
        foreign=tuple(foreign),
        api_version=engine.api_version,
    )


def published_ports(engine: "Engine", *, other_than: Namespace | None = None) -> frozenset[int]:
    """The host ports that containers hold, and those that wtc's stopped ones will ask for again."""
    with ThreadPoolExecutor(PARALLEL) as pool:
        others: list[Json] = []
        for summary in _containers(engine):
            labels = reading.labels_of(summary)
            if other_than is None or not reading.belongs(labels, other_than):
                others.append(summary)
        stopped = [s for s in others if s.get("State") != "running" and label.managed(reading.labels_of(s))]
        inspected = [future.result() for future in [pool.submit(_inspect, engine, str(s["Id"])) for s in stopped]]
        held = {port.port for summary in others for port in listed_ports(summary)}
        held |= {port.port for one in inspected if one for port in requested_ports(one)}
    return frozenset(held - {0})


def namespaces(engine: "Engine") -> dict[str, str]:
    """Namespace -> worktree, of everything that wtc made on this engine."""
    found: dict[str, str] = {}
    for labels in _parallel(
        lambda: [reading.labels_of(s) for s in _containers(engine, _MANAGED)],
        lambda: [dict(n.labels) for n in _networks(engine)],
        lambda: [dict(v.labels) for v in _volumes(engine)],
        lambda: [dict(i.labels) for i in _images(engine, _MANAGED)],
    ):
        found |= {one[label.PROJECT]: one.get(label.WORKTREE, "") for one in labels if label.PROJECT in one}
    return found


def stacks(engine: "Engine") -> tuple[ObservedStack, ...]:
    """All stacks of all worktrees, by name; as many calls for a hundred of them as for one."""
    with ThreadPoolExecutor(PARALLEL) as pool:
        listed = pool.submit(_containers, engine, _MANAGED)
        networks = pool.submit(_networks, engine)
        volumes = pool.submit(_volumes, engine)
        images = pool.submit(_images, engine, _MANAGED)
        by_health = {h: pool.submit(_containers, engine, _MANAGED, health=h) for h in HEALTH}
        health = {str(s["Id"]): h for h, future in by_health.items() for s in future.result()}
        containers = [reading.listed_container(s, health.get(str(s["Id"]), "")) for s in listed.result()]
    found: dict[str, Namespace] = {}
    for one in (*containers, *networks.result(), *volumes.result(), *images.result()):
        if name := one.labels.get(label.PROJECT):
            found.setdefault(name, Namespace(name=name, worktree=one.labels.get(label.WORKTREE, "")))
    return tuple(
        ObservedStack(
            namespace=namespace,
            containers=tuple(sorted(_of(namespace, containers), key=lambda c: (c.service, c.number, c.name))),
            networks=tuple(_of(namespace, networks.result())),
            volumes=tuple(_of(namespace, volumes.result())),
            images=tuple(_of(namespace, images.result())),
        )
        for _, namespace in sorted(found.items())
    )


Labelled = TypeVar("Labelled", ObservedContainer, ObservedNetwork, ObservedVolume, ObservedImage)


def _of(namespace: Namespace, found: Iterable[Labelled]) -> list[Labelled]:
    return [one for one in found if one.labels.get(label.PROJECT) == namespace.name]


def _parallel(*calls: Callable[[], T]) -> Sequence[T]:
    with ThreadPoolExecutor(len(calls)) as pool:
        return [future.result() for future in [pool.submit(call) for call in calls]]


def _filters(**filters: str) -> dict[str, str]:
    return {"filters": json.dumps({key: [value] for key, value in filters.items()})}


def _containers(engine: "Engine", labelled: str = "", *, health: str = "") -> list[dict[str, Any]]:
    filters = {**({"label": labelled} if labelled else {}), **({"health": health} if health else {})}
    params = {"all": "1", **(_filters(**filters) if filters else {})}
    return engine.list("/containers/json", doing="list containers", params=params)


def _networks(engine: "Engine") -> list[ObservedNetwork]:
    found = engine.list("/networks", doing="list networks", params=_filters(label=_MANAGED))
    return [reading.network(one) for one in found]


def _volumes(engine: "Engine") -> list[ObservedVolume]:
    found = engine.object("/volumes", doing="list volumes", params=_filters(label=_MANAGED))
    return [reading.volume(one) for one in found.get("Volumes") or ()]


def _images(engine: "Engine", labelled: str) -> list[ObservedImage]:
    found = engine.list("/images/json", doing="list images", params=_filters(label=labelled))
    return [image for summary in found for image in reading.listed_images(summary)]


def _inspect(engine: "Engine", container: str) -> dict[str, Any] | None:
    """None where it has gone since it was listed."""
    try:
        return engine.object(f"/containers/{container}/json", doing=f"inspect container `{container}`")
    except NotFoundError:
        return None


def _image(engine: "Engine", reference: str) -> ObservedImage | None:
    try:
        return reading.image(reference, engine.object(f"/images/{reference}/json", doing=f"inspect `{reference}`"))
    except NotFoundError:
        return None


def _network(engine: "Engine", name: str) -> ObservedNetwork | None:
    """By name or full id; the engine would take the beginning of an id for a name."""
    try:
        found = reading.network(engine.object(f"/networks/{name}", doing=f"inspect network `{name}`"))
    except NotFoundError:
        return None
    return found if name in {found.name, found.id} else None


def _volume(engine: "Engine", name: str) -> ObservedVolume | None:
    try:
        return reading.volume(engine.object(f"/volumes/{name}", doing=f"inspect volume `{name}`"))
    except NotFoundError:
        return None
