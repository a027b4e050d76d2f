"""Objects as the engine's lists show them, with the labels that wtc writes."""

from tests.planner.world import NAMESPACE, World
from wtc import labels as label
from wtc.model.namespace import Namespace
from wtc.model.observed import (
    EngineListing,
    MountedVolume,
    ObservedContainer,
    ObservedImage,
    ObservedNetwork,
    ObservedVolume,
)

ANONYMOUS = "a" * 64


def listing_of(world: World) -> EngineListing:
    """Return everything in the world; only images with wtc's label, as wtc lists them."""
    return EngineListing(
        containers=tuple(world.containers.values()),
        networks=tuple(world.networks.values()),
        volumes=tuple(world.volumes.values()),
        images=tuple(i for i in world.images.values() if label.managed(i.labels)),
    )


def image(
    reference: str = "accra-a1b2c3-app:latest",
    *,
    of: Namespace = NAMESPACE,
    name: str = "accra-a1b2c3-app",
) -> ObservedImage:
    """Return an image as `up` builds it for the namespace `of`."""
    own = {**label.own(of, name), label.SERVICE: "app", label.COMPOSE_SERVICE: "app"}
    return ObservedImage(reference=reference, id="sha256:app", labels=own)


def container(
    name: str = "accra-a1b2c3_app",
    *,
    labels: dict[str, str] | None = None,
    volumes: tuple[MountedVolume, ...] = (),
    state: str = "running",
) -> ObservedContainer:
    """Return a container as `up` creates it, by default with wtc's labels."""
    return ObservedContainer(
        id=f"id-{name}",
        name=name,
        service="app",
        number=1,
        image="accra-a1b2c3-app",
        image_id="sha256:app",
        state=state,
        volumes=volumes,
        labels=container_labels() if labels is None else labels,
    )


def container_labels(name: str = "accra-a1b2c3_app", *, of: Namespace = NAMESPACE) -> dict[str, str]:
    return {**label.own(of, name), label.SERVICE: "app", label.CONFIG_HASH: "c" * 64}


def network(name: str = "accra-a1b2c3_net", *, labels: dict[str, str] | None = None) -> ObservedNetwork:
    return ObservedNetwork(
        id=f"id-{name}", name=name, labels=label.own(NAMESPACE, "accra-a1b2c3_net") if labels is None else labels
    )


def volume(name: str = "accra-a1b2c3_data", *, labels: dict[str, str] | None = None) -> ObservedVolume:
    return ObservedVolume(name=name, labels=label.own(NAMESPACE, "accra-a1b2c3_data") if labels is None else labels)
