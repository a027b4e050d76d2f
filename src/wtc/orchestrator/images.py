"""`images`: list the images of the stack's containers."""

from collections.abc import Sequence

from wtc.dataclass import dataclass
from wtc.errors import NotFoundError
from wtc.events import Reporter
from wtc.model.namespace import Namespace
from wtc.model.observed import ObservedContainer
from wtc.orchestrator.context.context import Context
from wtc.orchestrator.context.target import Target
from wtc.orchestrator.context.validate_services import validate_services
from wtc.static_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wtc.engine.client.connection import Engine
    from wtc.engine.observe.container_queries import ImageDetails


@dataclass(frozen=True, slots=True, kw_only=True)
class UsedImage:
    """A container and its image; None if the image was removed."""

    container: ObservedContainer
    image: "ImageDetails | None"


def images(target: Target, services: Sequence[str], report: Reporter) -> tuple[Namespace, tuple[UsedImage, ...]]:
    """Return the images from which the containers of these services were created.

    Raises:
        UsageError: neither the engine nor the file has a service that was named.
    """
    with Context(target, report) as context:
        validate_services(context, services)
        chosen = {c.id for c in context.containers(services, required=False)}
        # A listing has the id in place of a reference that has moved to another image.
        there = [c for c in context.observed.containers if c.id in chosen]
        facts: dict[tuple[str, str], ImageDetails | None] = {}
        for container in there:
            key = (container.image_id, container.image)
            if key not in facts:
                facts[key] = _image_details(context.engine, *key)
    return context.namespace, tuple(UsedImage(container=c, image=facts[c.image_id, c.image]) for c in there)


def _image_details(engine: "Engine", image: str, reference: str) -> "ImageDetails | None":
    from wtc.engine.observe.container_queries import image_details

    try:
        return image_details(engine, image, reference)
    except NotFoundError:
        return None
