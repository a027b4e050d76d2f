"""A published port is shown as a URL whose scheme a program for it understands."""

import pytest

from wtc.model.ports import format_url


@pytest.mark.parametrize(
    ("target", "scheme"),
    [
        (80, "http"),
        (3000, "http"),
        (8025, "http"),
        (443, "https"),
        *((port, "smtp") for port in (25, 587, 1025)),
        (465, "smtps"),
        *((port, "tcp") for port in (9229, 5005, 5678, 2345, 9003, 9092)),
        (3306, "mysql"),
        (5432, "postgresql"),
        (6379, "redis"),
        (27017, "mongodb"),
        (11211, "memcached"),
        (22, "ssh"),
    ],
)
def test_scheme_follows_from_the_container_port(target: int, scheme: str) -> None:
    assert format_url("127.0.0.1", 20001, target, "tcp") == f"{scheme}://127.0.0.1:20001"


def test_other_protocols_are_the_scheme() -> None:
    assert format_url("127.0.0.1", 20001, 53, "udp") == "udp://127.0.0.1:20001"


def test_ipv6_address_is_in_brackets() -> None:
    assert format_url("::1", 20001, 25, "tcp") == "smtp://[::1]:20001"
