"""Finding out that a process of this machine holds a port."""

import socket
from collections.abc import Iterator

import pytest

from wtc.port_probe import is_bindable


@pytest.fixture(params=["tcp", "udp"])
def occupied(request: pytest.FixtureRequest) -> Iterator[tuple[str, int]]:
    protocol = str(request.param)
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM if protocol == "tcp" else socket.SOCK_DGRAM) as holder:
        holder.bind(("127.0.0.1", 0))
        if protocol == "tcp":
            holder.listen()
        yield protocol, int(holder.getsockname()[1])


def test_a_port_that_a_process_holds_is_not_free(occupied: tuple[str, int]) -> None:
    protocol, port = occupied
    assert not is_bindable(port, protocol, "127.0.0.1")


def test_a_port_held_at_one_address_is_not_free_for_all_of_them(occupied: tuple[str, int]) -> None:
    protocol, port = occupied
    assert not is_bindable(port, protocol, "")


def test_a_port_is_free_once_its_holder_is_gone() -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = int(holder.getsockname()[1])
        # A connection that the holder ends lingers in TIME_WAIT on its port.
        with socket.create_connection(("127.0.0.1", port)) as client:
            accepted, _ = holder.accept()
            accepted.close()
            assert client.recv(1) == b""
    assert is_bindable(port, "tcp", "127.0.0.1")


@pytest.mark.parametrize(
    ("protocol", "address"),
    [("quic", "127.0.0.1"), ("sctp", "127.0.0.1"), ("tcp", "192.0.2.1"), ("tcp", "2001:db8::1")],
)
def test_port_that_cannot_be_checked_counts_as_free(protocol: str, address: str) -> None:
    assert is_bindable(29999, protocol, address)
