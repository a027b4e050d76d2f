"""Stream the usage of containers, about one sample a second. Source: Engine API, `GET /containers/{id}/stats`."""

import contextlib
import threading
from collections.abc import Generator, Iterable

from wtc.dataclass import dataclass
from wtc.engine.client.json_stream import split_records
from wtc.engine.client.output_stream import read_available
from wtc.engine.stats.usage import sample_of
from wtc.errors import WtcError
from wtc.model.usage import CpuTime, Sample
from wtc.static_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wtc.engine.client.connection import Engine
    from wtc.engine.client.transport import Response


@dataclass(slots=True)
class _Stream:
    response: "Response | None" = None
    latest: Sample | None = None
    before: CpuTime | None = None
    closed: bool = False
    """Whether `follow` has dropped the container."""
    ended: bool = False
    """Whether the stream has ended, as it does when the container is restarted."""


class StatsStreams:
    """One stream for each container, each read by a separate thread."""

    def __init__(self, engine: "Engine") -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._streams: dict[str, _Stream] = {}

    @classmethod
    @contextlib.contextmanager
    def over(cls, engine: "Engine") -> "Generator[StatsStreams]":
        """Yield the streams and close them at the end."""
        streams = cls(engine)
        try:
            yield streams
        finally:
            streams.follow(())

    def follow(self, ids: Iterable[str]) -> None:
        """Open the streams of these containers, again if one has ended, and close all others."""
        wanted = set(ids)
        with self._lock:
            gone = [self._streams.pop(one) for one in self._streams.keys() - wanted]
            open_ = {one for one, stream in self._streams.items() if not stream.ended}
            new = {one: _Stream() for one in wanted - open_}
            self._streams |= new
            for stream in gone:
                stream.closed = True
                if stream.response is not None:
                    stream.response.shutdown()
        for container, stream in new.items():
            threading.Thread(target=self._read, args=(container, stream), name="stats", daemon=True).start()

    def latest(self, container: str) -> tuple[Sample | None, CpuTime | None]:
        """Return the container's last sample and the CPU time of the sample before it; None for a missing one."""
        with self._lock:
            stream = self._streams.get(container)
            return (stream.latest, stream.before) if stream else (None, None)

    def _read(self, container: str, stream: _Stream) -> None:
        doing = f"read the usage of container `{container[:12]}`"
        # A container that ends also ends its stream; the caller sees from the list whether it was removed.
        with contextlib.suppress(WtcError), self._ending(stream):
            response = self._engine.call(
                "GET", f"/containers/{container}/stats", doing=doing, params={"stream": "1"}, stream=True
            )
            with self._lock:
                stream.response = response
                closed = stream.closed
            if closed:
                response.shutdown()
            for document in split_records(read_available(response)):
                with self._lock:
                    stream.before = stream.latest.cpu if stream.latest else None
                    stream.latest = sample_of(document)

    @contextlib.contextmanager
    def _ending(self, stream: _Stream) -> Generator[None]:
        try:
            yield
        finally:
            with self._lock:
                stream.ended = True
