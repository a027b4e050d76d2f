"""Stream the engine's events. Source: Engine API, `GET /events`."""

import json
from collections.abc import Iterator, Mapping, Sequence

from wtc.engine.client.json_stream import Record, split_records
from wtc.engine.client.output_stream import read_available
from wtc.static_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wtc.engine.client.connection import Engine

DOING = "read the engine's events"


class EventStream:
    """Yields the events after its creation; any thread can end it with `close`.

    `filters`: the engine's filters; `since`, `until`: seconds since 1970. Raises: as `Engine.call`.
    """

    def __init__(
        self, engine: "Engine", *, filters: Mapping[str, Sequence[str]], since: str = "", until: str = ""
    ) -> None:
        params = {
            "filters": json.dumps({key: list(values) for key, values in filters.items()}),
            **({"since": since} if since else {}),
            **({"until": until} if until else {}),
        }
        self._response = engine.call("GET", "/events", doing=DOING, params=params, stream=True)

    def __iter__(self) -> Iterator[Record]:
        yield from split_records(read_available(self._response))

    @property
    def date(self) -> str:
        """The engine's time when the stream was opened, as an HTTP date; empty if it is not known."""
        return self._response.header("Date")

    def close(self) -> None:
        """End the stream."""
        self._response.shutdown()
