"""Query one container or image: processes, ports, details, exit status. Source: Engine API, Containers and Images."""

from math import inf

from wtc.dataclass import dataclass
from wtc.engine.client.json_access import get_list, get_number, get_object, get_text, get_texts
from wtc.engine.observe.host_ports import port_bindings
from wtc.errors import EngineError
from wtc.model.ports import PortBinding
from wtc.static_typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from wtc.engine.client.connection import Engine

NOT_RUNNING = 409


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessTable:
    """The output of `ps` on the engine's machine; a row has a cell for each title."""

    titles: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageDetails:
    """An image on the engine. `created` is RFC 3339; `repository` and `tag` are empty if it has none."""

    id: str
    repository: str
    tag: str
    platform: str
    size_bytes: int
    created: str


def list_processes(engine: "Engine", container: str) -> ProcessTable | None:
    """Return the processes of a container (`GET /containers/{id}/top`); None if it is not running."""
    doing = f"list the processes of container `{container}`"
    try:
        found = engine.object(f"/containers/{container}/top", doing=doing)
    except EngineError as error:
        if error.status != NOT_RUNNING:
            raise
        return None
    titles = tuple(get_texts(found, "Titles"))
    rows = (cast("list[object]", row) for row in get_list(found, "Processes") if isinstance(row, list))
    return ProcessTable(titles=titles, rows=tuple(tuple(map(str, row)) for row in rows if len(row) == len(titles)))


def bound_ports(engine: "Engine", container: str) -> tuple[PortBinding, ...]:
    """Return a container's current port bindings. Source: `GET /containers/{id}/json`, NetworkSettings."""
    found = engine.object(f"/containers/{container}/json", doing=f"inspect container `{container}`")
    return port_bindings(get_object(found, "NetworkSettings", "Ports"))


def image_details(engine: "Engine", image: str, reference: str) -> ImageDetails:
    """Return an image by id (`GET /images/{name}/json`), with the tag `reference` if the image still has it."""
    found = engine.object(f"/images/{image}/json", doing=f"inspect image `{reference}`")
    tags = get_texts(found, "RepoTags")
    tag = next((t for t in tags if t in {reference, f"{reference}:latest"}), tags[0] if tags else "")
    name, _, version = tag.rpartition(":")
    platform = "/".join(filter(None, (get_text(found, key) for key in ("Os", "Architecture", "Variant"))))
    return ImageDetails(
        id=get_text(found, "Id"),
        repository=name,
        tag=version,
        platform=platform,
        size_bytes=get_number(found, "Size"),
        created=get_text(found, "Created"),
    )


def wait_for_exit(engine: "Engine", container: str) -> int:
    """Wait until a container has ended and return its exit status (`POST /containers/{id}/wait`)."""
    doing = f"wait for container `{container}`"
    answer = engine.allowing(inf).call("POST", f"/containers/{container}/wait", doing=doing).object()
    return get_number(answer, "StatusCode")
