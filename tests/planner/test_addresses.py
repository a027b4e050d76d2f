"""Where a published port answers."""

import pytest

from wtc.planner.addresses import connect_address, tunnel_command


@pytest.mark.parametrize(
    ("bound", "host", "expected"),
    [
        ("", "127.0.0.1", "127.0.0.1"),
        ("0.0.0.0", "127.0.0.1", "127.0.0.1"),
        ("127.0.0.1", "127.0.0.1", "127.0.0.1"),
        ("::", "127.0.0.1", "127.0.0.1"),
        ("::1", "127.0.0.1", "::1"),
        ("127.0.0.5", "127.0.0.1", "127.0.0.5"),
        ("10.0.0.7", "127.0.0.1", "10.0.0.7"),
        ("", "box", "box"),
        ("0.0.0.0", "box", "box"),
        ("10.0.0.7", "box", "10.0.0.7"),
        ("127.0.0.1", "box", None),
        ("127.0.0.5", "box", None),
        ("::1", "box", None),
        ("127.0.0.1", "", ""),
    ],
)
def test_loopback_address_of_another_machine_is_not_reached(bound: str, host: str, expected: str | None) -> None:
    assert connect_address(bound, host) == expected


def test_tunnel_forwards_each_port_once() -> None:
    ports = [("127.0.0.1", 20001), ("::1", 20002), ("127.0.0.1", 20001)]
    command = tunnel_command("-p 2222 me@box", ports)
    assert command == "ssh -N -L 20001:127.0.0.1:20001 -L 20002:[::1]:20002 -p 2222 me@box"
