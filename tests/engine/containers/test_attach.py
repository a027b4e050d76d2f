"""Attaching to a command: demultiplexing, detach keys, and the end of the input, also over TLS."""

import contextlib
import os
import signal
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.client.certificates import make_certificate
from wtc.engine.client.duplex_socket import DuplexSocket
from wtc.engine.client.tls_duplex_socket import TlsDuplexSocket
from wtc.engine.containers.attach import AttachEnd, Demultiplexer, copy_both_ways
from wtc.engine.containers.terminal import Descriptors, DetachDetector, parse_detach_keys, read_signals

PIECES = st.lists(st.tuples(st.sampled_from([1, 2]), st.binary(max_size=40)), max_size=20)


def framed(stream: int, content: bytes) -> bytes:
    """A frame as the engine sends it."""
    return bytes([stream, 0, 0, 0]) + len(content).to_bytes(4, "big") + content


def cut(data: bytes, places: list[int]) -> Iterator[bytes]:
    """Split bytes at these positions."""
    edges = sorted({0, len(data), *(place % (len(data) + 1) for place in places)})
    return (data[a:b] for a, b in pairwise(edges))


@given(PIECES, st.lists(st.integers(min_value=0, max_value=1000), max_size=20))
def test_stream_is_demultiplexed_wherever_it_is_cut(pieces: list[tuple[int, bytes]], places: list[int]) -> None:
    demultiplexer = Demultiplexer()
    found = {1: b"", 2: b""}
    for chunk in cut(b"".join(framed(*piece) for piece in pieces), places):
        for stream, content in demultiplexer.feed(chunk):
            found[stream] += content
    assert found == {n: b"".join(content for stream, content in pieces if stream == n) for n in (1, 2)}


@given(st.binary(max_size=60), st.lists(st.integers(min_value=0, max_value=100), max_size=8))
def test_typed_input_is_passed_on_up_to_the_detach_keys(typed: bytes, places: list[int]) -> None:
    detector = DetachDetector(b"\x10\x11")
    passed = b""
    for chunk in cut(typed, places):
        some, detached = detector.feed(chunk)
        passed += some
        if detached:
            assert passed == typed[: typed.index(b"\x10\x11")]
            return
    assert b"\x10\x11" not in typed
    # The last key may be the first of the two.
    assert passed == (typed[:-1] if typed.endswith(b"\x10") else typed)


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("", b"\x10\x11"),
        ("ctrl-p,ctrl-q", b"\x10\x11"),
        ("ctrl-@,x", b"\x00x"),
        ("ctrl-[", b"\x1b"),
        ("a,b,c", b"abc"),
        ("ctrl-pp", b"\x10\x11"),
        ("ctrl-1", b"\x10\x11"),
    ],
)
def test_detach_keys_are_parsed_as_in_docker(text: str, keys: bytes) -> None:
    assert parse_detach_keys(text) == keys


class Pipes:
    """The other ends of the user's descriptors."""

    def __init__(self) -> None:
        self.stdin, self.typing = os.pipe()
        self.out, self.stdout = os.pipe()
        self.err, self.stderr = os.pipe()

    def close(self) -> None:
        for descriptor in (self.stdin, self.typing, self.out, self.stdout, self.err, self.stderr):
            with contextlib.suppress(OSError):
                os.close(descriptor)


@pytest.fixture
def pipes() -> Iterator[Pipes]:
    made = Pipes()
    yield made
    made.close()


def ignore(_number: int = 0) -> None:
    """Do nothing."""


def attach(
    duplex: DuplexSocket, pipes: Pipes, *, keys: bytes | None = None, on_signal: Callable[[int], None] = ignore
) -> AttachEnd:
    local = Descriptors(stdin=pipes.stdin, stdout=pipes.stdout, stderr=pipes.stderr)
    with read_signals([signal.SIGTERM]) as coming:
        return copy_both_ways(duplex, local, coming, keys=keys, on_signal=on_signal, on_resize=ignore)


def feed(pipes: Pipes, data: bytes) -> None:
    """Write the data in the background, then close the input."""

    def write() -> None:
        with os.fdopen(pipes.typing, "wb") as out:
            out.write(data)

    threading.Thread(target=write, daemon=True).start()


def collected(descriptor: int) -> tuple[threading.Thread, bytearray]:
    """Read until the end in the background."""
    found = bytearray()

    def read() -> None:
        while chunk := os.read(descriptor, 1 << 16):
            found.extend(chunk)

    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    return thread, found


def echo(link: "socket.socket | ssl.SSLSocket") -> None:
    """The other side: send all bytes back, and one more frame after their end."""
    while chunk := link.recv(1 << 16):
        link.sendall(framed(1, chunk))
    link.sendall(framed(2, b"done"))
    link.close()


def pair() -> tuple[socket.socket, socket.socket]:
    """Two connected sockets; the first one is non-blocking."""
    ours, theirs = socket.socketpair()
    ours.settimeout(0)
    return ours, theirs


def plain() -> tuple[DuplexSocket, threading.Thread]:
    ours, theirs = pair()
    thread = threading.Thread(target=echo, args=(theirs,), daemon=True)
    thread.start()
    return DuplexSocket(ours), thread


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_certificate(tmp_path_factory.mktemp("tls"))


def secure(certificate: Path) -> tuple[DuplexSocket, threading.Thread]:
    ours, theirs = socket.socketpair()
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate)
    thread = threading.Thread(target=lambda: echo(server.wrap_socket(theirs, server_side=True)), daemon=True)
    thread.start()
    duplex = TlsDuplexSocket(ours, ssl.create_default_context(cafile=f"{certificate}.crt"), "localhost")
    duplex.handshake()
    ours.settimeout(0)
    return duplex, thread


@pytest.mark.parametrize("over", ["nothing", "tls"])
@pytest.mark.parametrize("size", [0, 1, 3_000_000])
def test_output_arrives_after_the_input_has_ended(pipes: Pipes, certificate: Path, over: str, size: int) -> None:
    duplex, thread = secure(certificate) if over == "tls" else plain()
    data = os.urandom(size)
    feed(pipes, data)
    out, err = collected(pipes.out), collected(pipes.err)
    assert attach(duplex, pipes) is AttachEnd.OVER
    os.close(pipes.stdout)
    os.close(pipes.stderr)
    for reader, _ in (out, err):
        reader.join(30)
    thread.join(30)
    assert bytes(out[1]) == data
    assert bytes(err[1]) == b"done"


def test_end_of_the_command_ends_the_attachment_despite_pending_input(pipes: Pipes) -> None:
    ours, theirs = pair()
    theirs.sendall(framed(1, b"bye"))
    theirs.close()
    os.write(pipes.typing, b"x" * 1000)
    assert attach(DuplexSocket(ours), pipes) is AttachEnd.OVER
    assert os.read(pipes.out, 100) == b"bye"


def test_detach_keys_end_the_attachment_and_terminal_output_is_one_stream(pipes: Pipes) -> None:
    ours, theirs = pair()
    theirs.sendall(framed(2, b"as it is"))
    os.write(pipes.typing, b"typed\x10\x11")
    with theirs:
        assert attach(DuplexSocket(ours), pipes, keys=b"\x10\x11") is AttachEnd.DETACHED
        assert theirs.recv(100) == b"typed"


def test_signal_is_passed_on_and_can_end_the_attachment(pipes: Pipes) -> None:
    ours, theirs = pair()

    class LeftError(Exception):
        pass

    def leave(number: int) -> None:
        assert number == signal.SIGTERM
        raise LeftError

    def send() -> None:
        # The typed input arrives once bytes are copied.
        theirs.recv(1)
        os.kill(os.getpid(), signal.SIGTERM)

    before = signal.getsignal(signal.SIGTERM)
    os.write(pipes.typing, b"x")
    threading.Thread(target=send, daemon=True).start()
    with theirs, pytest.raises(LeftError):
        attach(DuplexSocket(ours), pipes, on_signal=leave)
    assert signal.getsignal(signal.SIGTERM) is before


def test_closed_reader_is_an_error(pipes: Pipes) -> None:
    ours, theirs = pair()
    theirs.sendall(framed(1, b"unread output"))
    os.close(pipes.out)
    with theirs, pytest.raises(BrokenPipeError):
        attach(DuplexSocket(ours), pipes)
