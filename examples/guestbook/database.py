"""Ask Redis with the standard library alone."""

import os
import socket
from typing import Any, BinaryIO


def ask(*words: str) -> Any:
    """Send one command and return its answer: text, a number, None, or a list of these."""
    request = f"*{len(words)}\r\n" + "".join(f"${len(word.encode())}\r\n{word}\r\n" for word in words)
    with socket.create_connection((os.environ["DB_HOST"], 6379), timeout=5) as connection:
        connection.sendall(request.encode())
        return _answer(connection.makefile("rb"))


def _answer(stream: BinaryIO) -> Any:
    line = stream.readline().rstrip().decode()
    kind, value = line[:1], line[1:]
    if kind == "$":
        return stream.read(int(value) + 2)[:-2].decode() if value != "-1" else None
    if kind == "*":
        return [_answer(stream) for _ in range(int(value))]
    if kind == ":":
        return int(value)
    if kind == "+":
        return value
    raise OSError(f"the database answers {line!r}")
