"""Ports as text in the registry."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wtc.model.ports import PortId
from wtc.registry.port_keys import format_port_key, parse_port_key

port_ids = st.builds(
    PortId,
    service=st.from_regex(r"[a-zA-Z0-9._-]+", fullmatch=True),
    number=st.integers(1, 99),
    target=st.integers(0, 65535),
    protocol=st.sampled_from(["tcp", "udp", "sctp", "", "a/b"]),
    entry=st.integers(0, 20),
)


@given(port_ids)
def test_key_names_its_port(port: PortId) -> None:
    assert parse_port_key(format_port_key(port)) == port


@given(port_ids, port_ids)
def test_two_ports_have_two_keys(one: PortId, other: PortId) -> None:
    assert (format_port_key(one) == format_port_key(other)) == (one == other)


@pytest.mark.parametrize(
    ("key", "port"),
    [
        ("web/80/tcp", PortId(service="web", target=80, protocol="tcp")),
        ("web:2/80/tcp", PortId(service="web", number=2, target=80, protocol="tcp")),
        ("web.2/80/tcp#1", PortId(service="web.2", target=80, protocol="tcp", entry=1)),
    ],
)
def test_key_is_the_one_on_disk(key: str, port: PortId) -> None:
    assert format_port_key(port) == key
    assert parse_port_key(key) == port


@pytest.mark.parametrize("text", ["", "web", "web/80", "/80/tcp", "web/x/tcp", "web:/80/tcp", "a/b/80/tcp"])
def test_other_text_names_no_port(text: str) -> None:
    assert parse_port_key(text) is None
