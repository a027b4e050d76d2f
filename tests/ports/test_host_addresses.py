"""Addresses of services in environment values, as a process on the host needs them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wtc.ports.host_addresses import HostValues, ServiceAddresses, host_values

STACK = ServiceAddresses(
    services={"db": "db", "database": "db", "cache": "cache", "web-api": "web-api", "mq": "mq", "a": "a", "b": "b"},
    reached={
        ("db", 5432): ("localhost", 24713),
        ("cache", 6379): ("localhost", 20001),
        ("web-api", 80): ("localhost", 20002),
        ("web-api", 8080): ("10.0.0.5", 20003),
        ("a", 27017): ("localhost", 21001),
        ("b", 27017): ("::1", 21002),
    },
)


@pytest.mark.parametrize(
    ("value", "rewritten"),
    [
        ("postgres://u:p@db:5432/app", "postgres://u:p@localhost:24713/app"),
        ("postgresql+asyncpg://u:p%40x@db/app?ssl=off", "postgresql+asyncpg://u:p%40x@localhost:24713/app?ssl=off"),
        ("jdbc:postgresql://database:5432/app", "jdbc:postgresql://localhost:24713/app"),
        ("redis://:secret@cache:6379/0", "redis://:secret@localhost:20001/0"),
        ("redis://cache", "redis://localhost:20001"),
        ("http://web-api", "http://localhost:20002"),
        ("http://web-api:8080/v1#x", "http://10.0.0.5:20003/v1#x"),
        ("http://web-api,http://cache:6379", "http://localhost:20002,http://localhost:20001"),
        (
            "mongodb://u:p@a:27017,b:27017/app?replicaSet=x",
            "mongodb://u:p@localhost:21001,[::1]:21002/app?replicaSet=x",
        ),
        ("cache:6379", "localhost:20001"),
        ("cache:6379,db:5432", "localhost:20001,localhost:24713"),
        ("tcp://cache:6379?timeout=db", "tcp://localhost:20001?timeout=db"),
    ],
)
def test_service_is_replaced_by_its_published_port(value: str, rewritten: str) -> None:
    assert host_values({"X": value}, STACK) == HostValues(values={"X": rewritten})


@pytest.mark.parametrize(
    "value",
    [
        "",
        "db",
        "the db:5432 server",
        "https://db.example.com:5432/db",
        "https://example.com/db:5432",
        "postgres://db:p@elsewhere:5432/db",
        "postgres://u:p@localhost:5432/db",
        "host=db port=5432",
        "12:30",
    ],
)
def test_other_values_are_left_out(value: str) -> None:
    assert host_values({"X": value}, STACK) == HostValues()


@pytest.mark.parametrize(
    ("value", "address"),
    [
        ("postgres://db:5433/x", ("db", 5433)),
        ("amqp://mq", ("mq", 5672)),
        ("custom://db", ("db", 0)),
        ("mq:1", ("mq", 1)),
    ],
)
def test_port_that_is_not_published_is_reported(value: str, address: tuple[str, int]) -> None:
    assert host_values({"X": value}, STACK) == HostValues(unreached={"X": address})


def test_host_and_port_in_two_variables_are_one_address() -> None:
    given = {"DB_HOST": "db", "DB_PORT": "5432", "PGHOST": "db", "PGPORT": "5432", "MQ_HOST": "mq", "MQ_PORT": "5672"}
    found = host_values({**given, "OTHER_HOST": "db", "HOST": "me", "PORT": "80"}, STACK)
    assert found.values == {"DB_HOST": "localhost", "DB_PORT": "24713", "PGHOST": "localhost", "PGPORT": "24713"}
    assert found.unreached == {"MQ_HOST": ("mq", 5672), "MQ_PORT": ("mq", 5672)}


@given(st.dictionaries(st.text(max_size=8), st.text(max_size=40)))
def test_values_without_a_service_are_never_changed(environment: dict[str, str]) -> None:
    assert host_values(environment, ServiceAddresses(services={}, reached={})) == HostValues()
