"""The engine's answers that are a stream of JSON records, read as they come and let go of when asked to."""

import contextlib
import json
import os
import socket
import threading
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from functools import partial
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, cast

from wtc.errors import InterruptedByUserError

if TYPE_CHECKING:
    from requests import Response

    from wtc.engine.client.connection import Engine

Record = Mapping[str, Any]
_LOOK_S = 0.1


def post_records(
    engine: "Engine",
    path: str,
    *,
    doing: str,
    data: Iterable[bytes] | None = None,
    headers: Mapping[str, str] | None = None,
    stop: threading.Event | None = None,
) -> Generator[Record]:
    """The records of one POST. Whatever ends the reading closes the connection, which makes the engine give up, too.

    Raises: what `Engine.call` raises; EngineUnreachableError where the stream is cut off; InterruptedByUserError
    within moments once `stop` is set.
    """
    check_stop(stop)
    sent = _read_until_stop(stop, data) if data is not None else None
    ask = partial(engine.call, "POST", path, doing=doing, data=sent, headers=headers, stream=True)
    response = ask() if stop is None else _answer(ask, stop)
    with contextlib.closing(response), engine.mapping(doing), _close_on_stop(stop, response):
        yield from split_records(response.iter_content(chunk_size=None))


def split_records(chunks: Iterable[bytes]) -> Iterator[Record]:
    """Records, one a line, from chunks cut anywhere; what is no record is passed over."""
    rest = b""
    for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n") if b"\n" in chunk else (rest + chunk,)
        yield from filter(None, map(_record, lines))
    if found := _record(rest):
        yield found


def get_object(record: Record, key: str) -> Record:
    """An object inside a record; an empty one where there is none."""
    found = record.get(key)
    return cast("Record", found) if isinstance(found, dict) else {}


def check_stop(stop: threading.Event | None) -> None:
    """Raises: InterruptedByUserError once `stop` is set."""
    if stop is not None and stop.is_set():
        raise InterruptedByUserError("interrupted")


def _record(line: bytes) -> Record | None:
    try:
        found = json.loads(line) if line.strip() else None
    except ValueError:
        return None
    return cast("Record", found) if isinstance(found, dict) else None


def _answer(ask: "Callable[[], Response]", stop: threading.Event) -> "Response":
    """What `ask` returns or raises; once `stop` is set it is left alone: an engine says nothing while it waits itself.

    Raises: InterruptedByUserError.
    """
    answers: SimpleQueue[Response | Exception] = SimpleQueue()

    def call() -> None:
        try:
            answers.put(ask())
        except Exception as error:  # noqa: BLE001  it is raised again, on the caller's thread
            answers.put(error)

    # No thread that Python waits for at its end.
    threading.Thread(target=call, daemon=True, name="wtc-stream-call").start()
    while True:
        try:
            answer = answers.get(timeout=_LOOK_S)
        except Empty:
            check_stop(stop)
            continue
        if isinstance(answer, Exception):
            raise answer
        return answer


def _read_until_stop(stop: threading.Event | None, data: Iterable[bytes]) -> Iterator[bytes]:
    for chunk in data:
        check_stop(stop)
        yield chunk


@contextlib.contextmanager
def _close_on_stop(stop: threading.Event | None, response: "Response") -> Generator[None]:
    """Shuts the connection down once `stop` is set: nothing else wakes a read that waits for a silent build."""
    if stop is None:
        yield
        return
    over = threading.Event()

    def watch() -> None:
        while not over.wait(_LOOK_S):
            if stop.is_set():
                _close_response(response)
                return

    watcher = threading.Thread(target=watch, daemon=True, name="wtc-stream-watch")
    watcher.start()
    try:
        yield
        check_stop(stop)
    except Exception:
        # Cut off from here: the error that this made says nothing.
        check_stop(stop)
        raise
    finally:
        over.set()
        watcher.join()


def _close_response(response: "Response") -> None:
    with (
        contextlib.suppress(OSError, ValueError, AttributeError),
        socket.socket(fileno=os.dup(response.raw.fileno())) as same,
    ):
        same.shutdown(socket.SHUT_RDWR)
