"""Read responses of the engine that are a stream of JSON records (build, pull), and cancel them on request."""

import contextlib
import threading
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from functools import partial
from queue import Empty, SimpleQueue

from wtc.engine.client.json_access import parse_json
from wtc.errors import EngineError, InterruptedByUserError
from wtc.static_typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from wtc.engine.client.connection import Engine
    from wtc.engine.client.transport import Response

Record = Mapping[str, Any]
RECORD_LIMIT_BYTES = 16 << 20
_POLL_S = 0.1
FIRST_OUTPUT = 4
"""How many times longer than other answers the first output may take: a registry or a builder works before it."""


def post_records(
    engine: "Engine",
    path: str,
    *,
    doing: str,
    data: Iterable[bytes] | None = None,
    headers: Mapping[str, str] | None = None,
    stop: threading.Event | None = None,
) -> Generator[Record]:
    """Send a POST and yield its records. The connection is closed at the end, which cancels the engine's work, too.

    Raises: as `Engine.call`; EngineUnreachableError if the stream is cut off; InterruptedByUserError soon after
    `stop` is set.
    """
    check_stop(stop)
    body = _read_until_stop(stop, data) if data is not None else None
    patient = engine.allowing(FIRST_OUTPUT * (engine.timeout_s or 0))
    send = partial(patient.call, "POST", path, doing=doing, data=body, headers=headers, stream=True)
    response = send() if stop is None else _send_until_stop(send, stop)
    with contextlib.closing(response), _close_on_stop(stop, response):
        yield from split_records(response)


def split_records(chunks: Iterable[bytes]) -> Iterator[Record]:
    """Yield one record for each line of chunks that are cut anywhere; skip lines that are not records.

    Raises:
        EngineError: a line is longer than `RECORD_LIMIT_BYTES`.
    """
    rest = bytearray()
    for chunk in chunks:
        first, *others = chunk.split(b"\n")
        rest += first
        if len(rest) > RECORD_LIMIT_BYTES:
            limit = f"{RECORD_LIMIT_BYTES >> 20} MiB"
            raise EngineError("cannot read the engine's response", causes=(f"a record is larger than {limit}",))
        if others:
            *lines, last = others
            yield from filter(None, map(_record, (bytes(rest), *lines)))
            rest[:] = last
    if found := _record(bytes(rest)):
        yield found


def check_stop(stop: threading.Event | None) -> None:
    """Raise InterruptedByUserError if `stop` is set."""
    if stop is not None and stop.is_set():
        raise InterruptedByUserError("interrupted")


def _record(line: bytes) -> Record | None:
    try:
        found = parse_json(line) if line.strip() else None
    except ValueError:
        return None
    return cast("Record", found) if isinstance(found, dict) else None


def _send_until_stop(send: "Callable[[], Response]", stop: threading.Event) -> "Response":
    """Return what `send` returns, or raise what it raises; abandon it when `stop` is set: the engine may block it.

    Raises: InterruptedByUserError.
    """
    results: SimpleQueue[Response | Exception] = SimpleQueue()

    def call() -> None:
        try:
            results.put(send())
        except Exception as error:  # noqa: BLE001  raised on the caller's thread
            results.put(error)

    # A daemon, so that Python does not wait for it at exit.
    threading.Thread(target=call, daemon=True, name="wtc-stream-call").start()
    while True:
        try:
            result = results.get(timeout=_POLL_S)
        except Empty:
            check_stop(stop)
            continue
        if isinstance(result, Exception):
            raise result
        return result


def _read_until_stop(stop: threading.Event | None, data: Iterable[bytes]) -> Iterator[bytes]:
    for chunk in data:
        check_stop(stop)
        yield chunk


@contextlib.contextmanager
def _close_on_stop(stop: threading.Event | None, response: "Response") -> Generator[None]:
    """Shut the connection down when `stop` is set: nothing else wakes a read that waits for a silent build."""
    if stop is None:
        yield
        return
    finished = threading.Event()

    def watch() -> None:
        while not finished.wait(_POLL_S):
            if stop.is_set():
                response.shutdown()
                return

    watcher = threading.Thread(target=watch, daemon=True, name="wtc-stream-watch")
    watcher.start()
    try:
        yield
        check_stop(stop)
    except Exception:
        # If the connection was shut down here, its error is meaningless.
        check_stop(stop)
        raise
    finally:
        finished.set()
        watcher.join()
