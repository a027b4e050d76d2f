"""Parsing published ports."""

from typing import Any

import pytest

from tests.compose.memory import merged, project, refused, service


def spelled(ports: list[dict[str, Any]]) -> list[str]:
    return [f"{p.get('host_ip', '')}|{p.get('published', '')}|{p['target']}/{p['protocol']}" for p in ports]


@pytest.mark.parametrize(
    ("short", "expected"),
    [
        ("80", ["||80/tcp"]),
        ("8080:80", ["|8080|80/tcp"]),
        (":80", ["||80/tcp"]),
        ("80/UDP", ["||80/udp"]),
        ("127.0.0.1:8080:80", ["127.0.0.1|8080|80/tcp"]),
        ("127.0.0.1::80", ["127.0.0.1||80/tcp"]),
        ("[::1]:80:80", ["::1|80|80/tcp"]),
        ("3000-3002", ["||3000/tcp", "||3001/tcp", "||3002/tcp"]),
        ("9-11:9-11", ["|10|10/tcp", "|11|11/tcp", "|9|9/tcp"]),
        ("8000-8010:86", ["|8000-8010|86/tcp"]),
    ],
)
def test_short_form_gives_one_entry_per_container_port(short: str, expected: list[str]) -> None:
    assert spelled(service(f"ports: ['{short}']")["ports"]) == expected


@pytest.mark.parametrize(
    "short", ["80:", "", "3000-3001:80-82", "80800:80", "a:80:80", "::1:80:80", "80/xyz", "9-8", "0"]
)
def test_invalid_port_is_reported_with_its_position(short: str) -> None:
    found = refused(f"services: {{a: {{image: x, ports: ['{short}']}}}}")
    assert found
    assert found[0].startswith("compose.yaml:1:34 ")


def test_long_form_gets_protocol_and_mode() -> None:
    assert service("ports: [{target: 80, published: 8080}]")["ports"] == [
        {"mode": "ingress", "target": 80, "published": "8080", "protocol": "tcp"}
    ]


def test_port_on_all_addresses_equals_port_without_an_address() -> None:
    assert spelled(merged("ports: ['80:80', '1:1/udp']", "ports: ['0.0.0.0:80:80', '1:1']")["ports"]) == [
        "0.0.0.0|80|80/tcp",
        "|1|1/udp",
        "|1|1/tcp",
    ]


def test_range_collides_with_one_of_its_ports() -> None:
    assert spelled(merged("ports: ['80-82:80-82']", "ports: ['81:81']")["ports"]) == [
        "|80|80/tcp",
        "|81|81/tcp",
        "|82|82/tcp",
    ]


@pytest.mark.parametrize(
    ("port", "name"),
    [
        ('"${WEB_PORT:-8080}:80"', "WEB_PORT"),
        ('"127.0.0.1:${P}:80"', "P"),
        ('"$P:80"', "P"),
        ('{target: 80, published: "${P:-81}"}', "P"),
        ('"${P:-${Q:-81}}:80"', "P"),
        ('"8${P:-1}:80"', None),
        ('"8080:${P:-80}"', None),
        ('"8080:80"', None),
    ],
)
def test_port_that_is_one_variable_is_recorded_with_its_name(port: str, name: str | None) -> None:
    loaded = project(f"services: {{a: {{image: x, ports: [{port}]}}}}", environment={"P": "81"})
    assert loaded.port_variables.get(("a", 0)) == name


def test_too_many_ports_are_rejected() -> None:
    text = "services: {a: {image: x, ports: ['1-65535', '1-65535/udp']}}"
    assert refused(text) == ["compose.yaml:1:11 the services publish more than 100000 ports"]
