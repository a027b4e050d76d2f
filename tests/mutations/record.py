"""Record the answers of an engine to wtc's commands: `python -m tests.mutations.record`, with `busybox:1.36`."""

import contextlib
import json
import re
import socket
import tempfile
import threading
from collections.abc import Iterable
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from tests.e2e.harness import Workshop, engine_client
from tests.e2e.proxy import connect, engine_address
from tests.engine.client.scripted_server import Peer, Received
from tests.mutations.recording import Answer, route_of, write_answers
from tests.mutations.stack import COMPOSE, worktree_values

COMMANDS = (
    "up", "up --dry-run", "ps -a", "ps -s", "status", "ports", "logs", "images", "top", "stats", "env", "doctor",
    "events --since 1h --until 0s", "port web 80", "wait job", "config --resolve-image-digests", "up --recreate web",
    "exec -T web true", "restart -t 0 web", "stop -t 0 web", "kill web", "start web", "pause web", "unpause web",
    "run --rm -T web true", "build", "clean --dry-run", "down -t 0", "clean -y",
)  # fmt: skip

_FRAMING = frozenset({"content-length", "transfer-encoding", "connection", "host"})


class Recorder:
    """A proxy that keeps whole answers. A stream of events ends when wtc closes it."""

    def __init__(self, path: str) -> None:
        self.answers: list[Answer] = []
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(path)
        self._listener.listen(64)
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            client, _ = self._listener.accept()
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with contextlib.suppress(OSError, ValueError), client:
            peer = Peer(client)
            while request := peer.request():
                if "upgrade" in request.headers:
                    _pass(client, request)
                    return
                self._answer(client, request)

    def _answer(self, client: socket.socket, request: Received) -> None:
        upstream = HTTPConnection("localhost")
        upstream.sock = connect(engine_address())
        sent = {k: v for k, v in request.headers.items() if k not in _FRAMING}
        upstream.request(request.method, request.target, body=request.content or None, headers=sent)
        answer = upstream.getresponse()
        kept = [(name, value) for name, value in answer.getheaders() if name.lower() not in _FRAMING]
        has_body = request.method != "HEAD" and answer.status not in {204, 304}
        kept += [("Transfer-Encoding", "chunked")] if has_body else []
        head = [f"HTTP/1.1 {answer.status} x", *(f"{name}: {value}" for name, value in kept), "", ""]
        client.sendall("\r\n".join(head).encode())
        body = b""
        try:
            while data := answer.read1(1 << 16):
                body += data
                client.sendall(b"%x\r\n%b\r\n" % (len(data), data))
            if has_body:
                client.sendall(b"0\r\n\r\n")
        finally:
            upstream.close()
            self.answers.append(
                Answer(
                    route=route_of(request.method, request.target),
                    status=answer.status,
                    media_type=answer.getheader("Content-Type", ""),
                    body=body.decode("latin-1"),
                )
            )


def _pass(client: socket.socket, request: Received) -> None:
    """Pass a request that becomes a two-way stream, without input, and what the engine sends."""
    lines = [f"{request.method} {request.target} HTTP/1.1", *(f"{k}: {v}" for k, v in request.headers.items()), "", ""]
    with connect(engine_address()) as engine:
        engine.sendall("\r\n".join(lines).encode() + request.content)
        while data := engine.recv(1 << 16):
            client.sendall(data)
    client.shutdown(socket.SHUT_RDWR)


def main() -> None:
    """Run each command once, and write what the engine answered about this stack."""
    with tempfile.TemporaryDirectory(prefix="wtc-record-") as folder:
        workshop = Workshop(Path(folder), engine_client())
        recorder = Recorder(f"{folder}/engine.sock")
        environment = {"DOCKER_HOST": f"unix://{folder}/engine.sock"}
        try:
            workshop.commit(COMPOSE)
            workshop.wtc("setup")
            values = worktree_values(workshop.main, workshop.env)
            for line in COMMANDS:
                ended = workshop.wtc(*line.split(), env=environment, status=None)
                print(f"{line}: {ended.status}")
                if line == "up":
                    _ask_for_use(f"{folder}/engine.sock", f"{values['@NAMESPACE@']}_web")
        finally:
            workshop.tear_down()
        found = [_of_stack(answer, values["@NAMESPACE@"]) for answer in recorder.answers]
        write_answers([answer for answer in found if answer is not None], values)


def _ask_for_use(path: str, container: str) -> None:
    """Ask for what wtc reads from control groups, if the engine is on this machine."""
    with socket.socket(socket.AF_UNIX) as link:
        link.connect(path)
        link.sendall(f"GET /containers/{container}/stats?stream=false HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        Peer(link).reader.readline()


def _of_stack(answer: Answer, namespace: str) -> Answer | None:
    """Return the answer without the objects of other stacks and the machine's names; None if nothing is left."""
    body = answer.body
    if answer.route == "GET /info":
        body = re.sub(r'"(ID|Name|KernelVersion|OperatingSystem)":"[^"]*"', r'"\1":"engine"', body)
    elif answer.route == "GET /events":
        body = "".join(line for line in body.splitlines(keepends=True) if namespace in line)
    elif answer.route == "GET /volumes":
        body = json.dumps({**json.loads(body), "Volumes": _own(json.loads(body)["Volumes"] or (), namespace)})
    elif answer.route in {"GET /containers/json", "GET /networks"}:
        body = json.dumps(_own(json.loads(body), namespace))
    elif answer.route == "GET /containers/*/json" and namespace not in body:
        return None
    return Answer(route=answer.route, status=answer.status, media_type=answer.media_type, body=body)


def _own(objects: Iterable[Any], namespace: str) -> list[Any]:
    return [one for one in objects if namespace in json.dumps(one)]


if __name__ == "__main__":
    main()
