"""The process that has a port of this machine."""

import errno
import os
import socket
import sys
from pathlib import Path

import pytest

from wtc.model.ports import Program
from wtc.ports import listeners
from wtc.ports.listeners import Listener, parse_table, program_on

TCP = """\
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1677 1 0 100 0 0 10 0
   1: 00000000:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1678 1 0 100 0 0 10 0
   2: 0100007F:5BA2 0100007F:C20A 01 00000000:00000000 03:000009D9 00000000     0        0 9 3 0
a line of another kind
"""
TCP6 = "   0: 00000000000000000000000001000000:1F90 0:0 0A 0:0 00:0 0 0 0 1679 1 0 100 0 0 10 0\n"

linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has /proc/net")


@pytest.mark.skipif(sys.byteorder != "little", reason="the table is written by a little-endian machine")
def test_table_lists_the_bound_sockets() -> None:
    assert list(parse_table(TCP.splitlines(), "tcp")) == [
        Listener(address="127.0.0.1", port=8080, inode="1677"),
        Listener(address="0.0.0.0", port=80, inode="1678"),
    ]
    assert list(parse_table(TCP6.splitlines(), "tcp")) == [Listener(address="::1", port=8080, inode="1679")]


@linux
@pytest.mark.parametrize(
    ("kind", "protocol", "bound", "asked"),
    [
        (socket.SOCK_STREAM, "tcp", "127.0.0.1", "127.0.0.1"),
        (socket.SOCK_STREAM, "tcp", "127.0.0.1", "0.0.0.0"),
        (socket.SOCK_STREAM, "tcp", "0.0.0.0", "127.0.0.1"),
        (socket.SOCK_DGRAM, "udp", "127.0.0.1", "127.0.0.1"),
        (socket.SOCK_DGRAM, "udp", "127.0.0.1", ""),
    ],
)
def test_process_that_has_the_port_is_named(kind: socket.SocketKind, protocol: str, bound: str, asked: str) -> None:
    with socket.socket(socket.AF_INET, kind) as held:
        held.bind((bound, 0))
        if kind is socket.SOCK_STREAM:
            held.listen()
        port = held.getsockname()[1]
        found = program_on(port, protocol, asked)
        assert found == Program(pid=os.getpid(), name=Path("/proc/self/comm").read_text().rstrip("\n"))
        assert program_on(port, protocol, "127.0.0.9" if bound != "0.0.0.0" else "::1") is None
    assert program_on(port, protocol, asked) is None


@linux
def test_port_that_this_user_must_not_bind_is_checked_by_its_listeners(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_port: object) -> int:
        return errno.EACCES

    monkeypatch.setattr(listeners, "bind_error", refuse)
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
        assert program_on(port, "tcp", "127.0.0.1") is not None
        assert program_on(port, "udp", "127.0.0.1") is None
    assert program_on(port, "tcp", "127.0.0.1") is None


def test_process_of_another_user_has_no_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listeners, "_TABLES", {})
    with socket.create_server(("127.0.0.1", 0)) as held:
        assert program_on(held.getsockname()[1], "tcp", "127.0.0.1") == Program()
