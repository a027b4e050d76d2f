"""How a stack's containers have ended. Source: Engine API, `GET /containers/{id}/json`, `State`."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wtc import labels as label
from wtc.engine import reading
from wtc.engine.answers import number, part, text
from wtc.errors import NotFoundError
from wtc.planner.ownership import is_named

if TYPE_CHECKING:
    from wtc.engine.connection import Engine
    from wtc.model.namespace import Namespace


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """A container that has ended: when, in RFC 3339, and with which status."""

    service: str
    finished: str
    exit_code: int


def endings(engine: "Engine", namespace: "Namespace", wanted: Callable[[str], bool]) -> tuple[Ending, ...]:
    """Of the services that are wanted, the first to end first; one-off containers left out."""
    filters = json.dumps({"label": [f"{label.PROJECT}={namespace.name}"], "status": ["exited", "dead"]})
    listed = engine.list("/containers/json", doing="list containers", params={"all": 1, "filters": filters})
    found: list[Ending] = []
    for summary in listed:
        labels = reading.labels_of(summary)
        if not is_named(labels, reading.container_name(summary)):
            continue
        if labels.get(label.COMPOSE_ONEOFF, "").lower() == "true" or not wanted(labels.get(label.SERVICE, "")):
            continue
        try:
            inspected = engine.object(f"/containers/{summary['Id']}/json", doing="ask how a container has ended")
        except NotFoundError:
            continue
        state = part(inspected, "State")
        found.append(
            Ending(
                service=labels.get(label.SERVICE, ""),
                finished=text(state, "FinishedAt"),
                exit_code=number(state, "ExitCode"),
            )
        )
    return tuple(sorted(found, key=lambda e: e.finished))


def clock_s(engine: "Engine") -> int | None:
    """The engine's clock, seconds since 1970; None where it does not tell. Source: the `Date` of `GET /_ping`."""
    from email.utils import parsedate_to_datetime

    date = engine.call("GET", "/_ping", doing="ask for the engine's time").headers.get("Date", "")
    try:
        return int(parsedate_to_datetime(date).timestamp())
    except ValueError:
        return None
