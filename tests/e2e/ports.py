"""Ports of this machine for tests."""

import contextlib
import socket
from collections.abc import Generator


@contextlib.contextmanager
def holding(port: int = 0, kind: int = socket.SOCK_STREAM, address: str = "127.0.0.1") -> Generator[int]:
    """A port of this machine that a program has."""
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, kind) as held:
        if kind == socket.SOCK_STREAM:
            held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.bind((address, port))
        if kind == socket.SOCK_STREAM:
            held.listen()
        yield held.getsockname()[1]


def free_ports(count: int) -> list[int]:
    """Different ports that no program has."""
    with contextlib.ExitStack() as held:
        return [held.enter_context(holding()) for _ in range(count)]
