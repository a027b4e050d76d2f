"""An engine that serves recorded answers, damaged as a seed determines, or hostile ones."""

import contextlib
import itertools
import json
import random
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Self, cast

from tests.compose.mutations import mutate_tree
from tests.engine.client.scripted_server import Peer, Received
from tests.mutations.recording import Answer, route_of

Send = Callable[[Received, Answer], Iterator[bytes]]
"""The bytes of a whole response, piece by piece."""
UPGRADED = b"HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n"
FRAME = b"\x01\0\0\0\0\0\0\x04out\n"
NEVER_DAMAGED = frozenset({"GET /_ping", "HEAD /_ping"})
"""A damaged ping only means that no engine answers."""


class HostileEngine:
    """Serves recorded answers on a Unix socket. `send` writes each response."""

    def __init__(self, path: str, answers: Mapping[str, list[Answer]]) -> None:
        self.address = f"unix://{path}"
        self.send: Send = whole
        self.dice: random.Random | None = None
        """Chooses one of several recorded answers; without it, the longest one is sent."""
        self._answers = answers
        self._peers: list[Peer] = []
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(path)
        self._listener.listen(128)

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.drop_connections()

    def drop_connections(self) -> None:
        """Close the connections of a command that has ended."""
        peers, self._peers = self._peers, []
        for peer in peers:
            with contextlib.suppress(OSError):
                peer.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                peer = Peer(self._listener.accept()[0])
                self._peers.append(peer)
                threading.Thread(target=self._serve, args=(peer,), daemon=True).start()

    def _serve(self, peer: Peer) -> None:
        try:
            with contextlib.suppress(OSError, ValueError, AssertionError):
                while request := peer.request():
                    answer = self._answer(request)
                    send = whole if answer.route in NEVER_DAMAGED else self.send
                    for piece in send(request, answer):
                        peer.send(piece)
                    if "upgrade" in request.headers or answer.route == "GET /events":
                        break
        finally:
            with contextlib.suppress(OSError):
                peer.close()

    def _answer(self, request: Received) -> Answer:
        route = route_of(request.method, request.target)
        found = self._answers.get(route) or self._answers.get(route.replace("HEAD", "GET"))
        missing = Answer(route=route, status=404, media_type="application/json", body='{"message": "no such object"}')
        named = [one for one in found or () if _name_of(request.target) in one.body]
        if not found:
            return missing
        return self.dice.choice(named or found) if self.dice else (named or found)[-1]


def _name_of(target: str) -> str:
    """Return the name or id in a target such as `/v1.51/containers/web/json`; empty if it has none."""
    parts = target.partition("?")[0].split("/")
    return parts[3] if len(parts) > 3 else ""


def whole(request: Received, answer: Answer) -> Iterator[bytes]:
    """Send the answer as it is."""
    if "upgrade" in request.headers:
        yield UPGRADED + FRAME
        return
    yield from response(request, answer.status, answer.media_type, answer.body.encode("latin-1"))


def response(request: Received, status: int, media_type: str, body: bytes) -> Iterator[bytes]:
    """Send a body with its length."""
    lines = [f"HTTP/1.1 {status} x", "Api-Version: 1.51", "Ostype: linux", f"Content-Type: {media_type}"]
    if status in {204, 304}:
        body = b""
    else:
        lines.append(f"Content-Length: {len(body)}")
    yield "\r\n".join([*lines, "", ""]).encode() + (b"" if request.method == "HEAD" else body)


def damaged(dice: random.Random) -> Send:
    """Damage about every second answer: its JSON, its bytes, or its framing."""

    def send(request: Received, answer: Answer) -> Iterator[bytes]:
        if dice.random() < 0.5:
            yield from whole(request, answer)
            return
        if dice.random() < 0.7:
            changed = _damaged_json(answer, dice)
            yield from whole(request, changed)
            return
        data = b"".join(whole(request, answer))
        yield dice.choice(_OF_BYTES)(data, dice)
        # A client may wait for the rest of what it takes for the response.
        raise ConnectionError

    return send


def with_text_in_strings(text: str) -> Send:
    """Append text to each string of the answers that is not a name, an id, a time or a number."""

    def send(request: Received, answer: Answer) -> Iterator[bytes]:
        changed = _each_record(answer, lambda tree: _append(tree, text))
        yield from whole(request, changed)

    return send


def hostile(route: str, pieces: Callable[[], Iterator[bytes]]) -> Send:
    """Answer the requests of a route with these bytes, and close the connection after them."""

    def send(request: Received, answer: Answer) -> Iterator[bytes]:
        if answer.route != route:
            yield from whole(request, answer)
            return
        yield from pieces()
        raise ConnectionError

    return send


def _endless(head: bytes, piece: bytes, times: int | None = None) -> Callable[[], Iterator[bytes]]:
    """Answer with the head, then with the piece again and again."""

    def pieces() -> Iterator[bytes]:
        yield head
        yield from itertools.repeat(piece) if times is None else itertools.repeat(piece, times)

    return pieces


def _complete(body: Callable[[], bytes]) -> Callable[[], Iterator[bytes]]:
    def pieces() -> Iterator[bytes]:
        content = body()
        yield b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(content)
        yield content

    return pieces


_OPEN = b"HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.multiplexed-stream\r\n\r\n"
_CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
_MIB = b" " * (1 << 20)
LISTS, INSPECT, LOGS = "GET /containers/json", "GET /containers/*/json", "GET /containers/*/logs"
BOMBS: dict[str, tuple[str, str, Callable[[], Iterator[bytes]]]] = {
    "endless body": (LISTS, "ps", _endless(_OPEN, _MIB)),
    "endless body in chunks": (LISTS, "status", _endless(_CHUNKED, b"100000\r\n%b\r\n" % _MIB)),
    "endless header": (LISTS, "ps", _endless(b"HTTP/1.1 200 OK\r\n", b"X: " + b"x" * 1000 + b"\r\n")),
    "endless line of a header": (INSPECT, "status", _endless(b"HTTP/1.1 200 OK\r\nX: ", b"x" * 1000)),
    "endless refusal": (LISTS, "ps", _endless(_OPEN.replace(b"200 OK", b"500 X"), _MIB)),
    "deep lists": (LISTS, "ps", _complete(lambda: b"[" * 200_000 + b"]" * 200_000)),
    "deep objects": (INSPECT, "status", _complete(lambda: b'{"Config":' * 100_000 + b"1" + b"}" * 100_000)),
    "long number": (LISTS, "ps", _complete(lambda: b'[{"Id": %b}]' % (b"9" * 1_000_000))),
    "60 MB of nulls": (LISTS, "ps", _complete(lambda: b"[" + b"null," * 12_000_000 + b"null]")),
    "60 MB of small lists": ("GET /networks", "ps", _complete(lambda: b"[" + b"[]," * 20_000_000 + b"[]]")),
    "60 MB of small objects": (LISTS, "ps", _complete(lambda: b"[" + b"{}," * 20_000_000 + b"{}]")),
    "half of a surrogate pair": ("GET /info", "doctor", _complete(lambda: b'{"ServerVersion": "\\ud800""}')),
    "endless event": ("GET /events", "events --until 0s", _endless(_OPEN, _MIB)),
    "deep event": ("GET /events", "events --until 0s", _complete(lambda: b"[" * 100_000)),
    "huge frame": (LOGS, "logs", _endless(_OPEN + b"\1\0\0\0\xff\xff\xff\xff", b"x" * (1 << 20), 100)),
    "frame without a time": (LOGS, "logs", _complete(lambda: b"\1\0\0\0\0\0\0\x05\xff\xfe\x80\n\n" * 1000)),
    "endless processes": ("GET /containers/*/top", "top", _endless(_OPEN, _MIB)),
}  # fmt: skip
"""Name -> route, command, what the engine answers."""

_EXACT = frozenset(
    {"Id", "ID", "Name", "Names", "State", "Status", "Labels", "Created", "StartedAt", "FinishedAt", "time", "Type"}
)


def _append(tree: Any, text: str) -> Any:
    if isinstance(tree, dict):
        fields = cast("dict[str, Any]", tree)
        return {key: value if key in _EXACT else _append(value, text) for key, value in fields.items()}
    if isinstance(tree, list):
        return [_append(value, text) for value in cast("list[Any]", tree)]
    return tree + text if isinstance(tree, str) else tree


def _damaged_json(answer: Answer, dice: random.Random) -> Answer:
    def change(tree: Any) -> Any:
        holder = [tree]
        for _ in range(dice.choice((1, 1, 2, 5))):
            mutate_tree(holder, dice)
        return holder[0] if holder else None

    return _each_record(answer, change)


def _each_record(answer: Answer, change: Callable[[Any], Any]) -> Answer:
    """Change the JSON document of an answer, or one record of its lines."""
    try:
        lines = [json.loads(answer.body)] if answer.body else []
    except ValueError:
        try:
            lines = [json.loads(line) for line in answer.body.splitlines() if line.strip()]
        except ValueError:
            return answer
    changed = "\n".join(json.dumps(change(line), ensure_ascii=True) for line in lines)
    return Answer(route=answer.route, status=answer.status, media_type=answer.media_type, body=changed)


def _flip(data: bytes, dice: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(dice.choice((1, 3, 20))):
        changed[dice.randrange(len(changed))] ^= 1 << dice.randrange(8)
    return bytes(changed)


def _cut(data: bytes, dice: random.Random) -> bytes:
    return data[: dice.randrange(len(data))]


def _insert(data: bytes, dice: random.Random) -> bytes:
    at = dice.randrange(len(data))
    return data[:at] + dice.choice((b"\r\n", b"\0", b"\xff", b"\x1b[2J", b"{", b'"', b"]", b"\r\n\r\n")) + data[at:]


def _status(data: bytes, dice: random.Random) -> bytes:
    status = dice.choice(
        (b"100", b"101", b"200", b"204", b"304", b"400", b"401", b"404", b"409", b"500", b"503", b"999")
    )
    return data[:9] + status + data[12:]


def _no_length(data: bytes, dice: random.Random) -> bytes:
    del dice
    return data.replace(b"Content-Length", b"X-Length", 1)


def _other_length(data: bytes, dice: random.Random) -> bytes:
    return data.replace(b"Content-Length: ", b"Content-Length: " + dice.choice((b"1", b"-", b"9" * 30, b"0, ")), 1)


def _chunked(data: bytes, dice: random.Random) -> bytes:
    head, _, body = data.partition(b"\r\n\r\n")
    head = head.replace(b"Content-Length", b"Transfer-Encoding: chunked\r\nX-Length", 1)
    sizes = (b"%x" % len(body), b"%x" % (len(body) + 1), b"ffffffffffffffff", b"-1", b"x", b"0")
    return b"%b\r\n\r\n%b\r\n%b\r\n0\r\n\r\n" % (head, dice.choice(sizes), body)


def _garbage(data: bytes, dice: random.Random) -> bytes:
    return dice.choice(
        (b"", b"\0" * 100, b"SSH-2.0-x\r\n", b"\x15\x03\x01\0\x02\x02", b"HTTP/1.1 200\r\n" * 50, data[::-1])
    )


def _empty(data: bytes, dice: random.Random) -> bytes:
    del dice
    head, _, _ = data.partition(b"\r\n\r\n")
    return head.replace(b"Content-Length: ", b"Content-Length: 0\r\nX-Length: ", 1) + b"\r\n\r\n"


_OF_BYTES = (_flip, _cut, _insert, _status, _no_length, _other_length, _chunked, _garbage, _empty)
