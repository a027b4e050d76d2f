"""The floor: a bare script that sends to the engine what wtc sent, as `recording.py` wrote it.

    floor.py SOCKET RECORDING IDS

The file IDS keeps what the engine called the recorded objects: recorded id -> id. The script that creates the objects
writes it, the one that removes them reads it. No id changes the length of a request.
"""

import marshal
import os
import sys
from typing import Any, NoReturn

DEADLINE_S = 120.0


def fail(message: str) -> NoReturn:
    """End all threads."""
    sys.stderr.write(f"{message}\n")
    sys.stderr.flush()
    os._exit(1)


def send(connection: Any, reader: Any, request: bytes, *, has_stream: bool) -> tuple[int, bytes]:
    """Send a request and read its answer: the status and the body."""
    connection.sendall(request)
    status = int(reader.readline().split()[1])
    length, is_chunked = 0, False
    while (line := reader.readline().lower()) not in {b"\r\n", b""}:
        if line.startswith(b"content-length:"):
            length = int(line[15:])
        elif line.startswith(b"transfer-encoding:"):
            is_chunked = b"chunked" in line
    if has_stream:
        return status, reader.read()
    if status in {204, 304} or request.startswith(b"HEAD "):
        return status, b""
    if not is_chunked:
        return status, reader.read(length)
    body = b""
    while size := int(reader.readline(), 16):
        body += reader.read(size)
        reader.readline()
    reader.readline()
    return status, body


def replay(path: str, connections: list[list[Any]], ids: dict[bytes, bytes]) -> None:
    """Send each request once the answers that it waits for have come, each connection in a thread."""
    import json
    import socket
    import threading

    answered = [False] * sum(map(len, connections))
    changed = threading.Condition()

    def replay_connection(requests: list[Any]) -> None:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(path)
            reader = connection.makefile("rb")
            for number, after, request, expected, created, has_stream in requests:
                with changed:
                    if not changed.wait_for(lambda after=after: all(answered[:after]), DEADLINE_S):
                        fail(f"no answer to what {request!r} waits for")
                for recorded, current in list(ids.items()):
                    request = request.replace(recorded, current)  # noqa: PLW2901
                status, body = send(connection, reader, request, has_stream=has_stream)
                if status >= 400 > expected:
                    fail(f"{request!r}: {status} {body!r}")
                if created:
                    ids[created] = json.loads(body)["Id"].encode()
                with changed:
                    answered[number] = True
                    changed.notify_all()

    others = [threading.Thread(target=replay_connection, args=(requests,)) for requests in connections[1:]]
    for thread in others:
        thread.start()
    replay_connection(connections[0])
    for thread in others:
        thread.join()


def main(path: str, recording: str, ids_file: str) -> None:
    with open(recording, "rb") as file:
        connections = marshal.load(file)
    if not connections:
        return
    ids: dict[bytes, bytes] = {}
    if os.path.exists(ids_file):
        with open(ids_file, "rb") as file:
            ids = marshal.load(file)
    replay(path, connections, ids)
    with open(ids_file, "wb") as file:
        marshal.dump(ids, file)


if __name__ == "__main__":
    main(*sys.argv[1:])
