"""Read how a stack's containers have ended. Source: Engine API, `GET /containers/{id}/json`, `State`."""

import json
from collections.abc import Callable

from wtc import labels as label
from wtc.dataclass import dataclass
from wtc.engine.client.json_access import get_number, get_object, get_text, parse_http_date, require_text
from wtc.engine.observe import parse_inspect
from wtc.errors import NotFoundError
from wtc.planner.observed.ownership import is_named
from wtc.static_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wtc.engine.client.connection import Engine
    from wtc.model.namespace import Namespace


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerExit:
    """A container that has ended: its time in RFC 3339, and its exit status."""

    service: str
    finished: str
    exit_code: int


def container_exits(
    engine: "Engine", namespace: "Namespace", wanted: Callable[[str], bool]
) -> tuple[ContainerExit, ...]:
    """Return the exits of the wanted services, the earliest first, without one-off containers."""
    filters = json.dumps({"label": [f"{label.PROJECT}={namespace.name}"], "status": ["exited", "dead"]})
    listed = engine.list("/containers/json", doing="list containers", params={"all": 1, "filters": filters})
    found: list[ContainerExit] = []
    for summary in listed:
        labels = parse_inspect.parse_labels(summary)
        if not is_named(labels, parse_inspect.container_name(summary)):
            continue
        if labels.get(label.COMPOSE_ONEOFF, "").lower() == "true" or not wanted(labels.get(label.SERVICE, "")):
            continue
        try:
            inspected = engine.object(
                f"/containers/{require_text(summary, 'Id')}/json", doing="read the exit status of a container"
            )
        except NotFoundError:
            continue
        state = get_object(inspected, "State")
        found.append(
            ContainerExit(
                service=labels.get(label.SERVICE, ""),
                finished=get_text(state, "FinishedAt"),
                exit_code=get_number(state, "ExitCode"),
            )
        )
    return tuple(sorted(found, key=lambda e: e.finished))


def exit_code(engine: "Engine", container: str) -> int | None:
    """Return the last exit status of a container; None if it does not exist any more."""
    try:
        found = engine.object(f"/containers/{container}/json", doing="read the exit status of a container")
    except NotFoundError:
        return None
    return get_number(get_object(found, "State"), "ExitCode")


def engine_clock_s(engine: "Engine") -> int | None:
    """Return the engine's time, in seconds since 1970; None if unknown. Source: the `Date` of `GET /_ping`."""
    date = engine.call("GET", "/_ping", doing="read the engine's clock").header("Date")
    return parse_http_date(date) or None
