"""Merging one file over another."""

from typing import Any

import pytest

from tests.compose.memory import config, merged, refused


@pytest.mark.parametrize(
    ("base", "over", "key", "expected"),
    [
        ("environment: [A=1, B=2]", "environment: {A: 3, C: null}", "environment", {"A": "3", "B": "2", "C": None}),
        ("labels: {a: 1}", "labels: [a=2, b]", "labels", {"a": "2", "b": ""}),
        ("command: x", "command: null", "command", None),
        ("command: x", "command: []", "command", []),
        ("user: u", "user: null", "user", "u"),
        (
            "ports: ['1:1']",
            "ports: null",
            "ports",
            [{"mode": "ingress", "target": 1, "published": "1", "protocol": "tcp"}],
        ),
        ("dns: 1.1.1.1", "dns: [2.2.2.2, 1.1.1.1]", "dns", ["1.1.1.1", "2.2.2.2"]),
        ("ulimits: {n: 1}", "ulimits: {n: {soft: 1, hard: 2}}", "ulimits", {"n": {"soft": 1, "hard": 2}}),
        ("logging: {driver: a, options: {x: 1}}", "logging: {driver: b}", "logging", {"driver": "b"}),
        (
            "logging: {driver: a, options: {x: 1}}",
            "logging: {options: {y: 1}}",
            "logging",
            {"driver": "a", "options": {"x": "1", "y": "1"}},
        ),
        ("extra_hosts: ['a:1']", "extra_hosts: ['a:1', 'a:2']", "extra_hosts", ["a=1", "a=2"]),
        ("networks: [default]", "networks: {default: {aliases: [q]}}", "networks", {"default": {"aliases": ["q"]}}),
        (
            "healthcheck: {test: [CMD, a], retries: 2}",
            "healthcheck: {test: b}",
            "healthcheck",
            {"test": ["CMD-SHELL", "b"], "retries": 2},
        ),
        ("expose: ['80']", "expose: [80, 81]", "expose", ["80", "81"]),
        (
            "devices: ['/a:/x', '/c:/c']",
            "devices: ['/b:/x:r']",
            "devices",
            [
                {"source": "/b", "target": "/x", "permissions": "r"},
                {"source": "/c", "target": "/c", "permissions": "rwm"},
            ],
        ),
    ],
)
def test_override_uses_the_merge_rule_of_the_attribute(base: str, over: str, key: str, expected: Any) -> None:
    assert merged(base, over)[key] == expected


def test_list_of_dependencies_over_a_mapping_resets_only_the_condition() -> None:
    found = merged("depends_on: {b: {condition: service_healthy, restart: true}}", "depends_on: [b]")
    assert found["depends_on"] == {"b": {"condition": "service_started", "restart": True, "required": True}}


def test_string_build_is_a_context() -> None:
    assert merged("build: .", "build: {args: {A: 1}}")["build"] == {
        "context": "/srv/app",
        "dockerfile": "Dockerfile",
        "args": {"A": "1"},
    }


def test_documents_of_one_file_are_merged_in_order() -> None:
    assert config("services: {a: {image: x, command: one}}\n---\nservices: {a: {command: two}}")["services"]["a"][
        "command"
    ] == ["two"]


def test_duplicate_across_files_is_an_error_in_a_list_of_unique_items() -> None:
    files = {
        "compose.yaml": "services: {a: {image: x, security_opt: [o]}}",
        "o.yaml": "services: {a: {security_opt: [o]}}",
    }
    assert len(refused(files, files=("compose.yaml", "o.yaml"))) == 1


def test_list_cannot_override_a_mapping() -> None:
    files = {"compose.yaml": "services: {a: {image: x, x-y: {b: 1}}}", "o.yaml": "services: {a: {x-y: [2]}}"}
    assert refused(files, files=("compose.yaml", "o.yaml")) == [
        "o.yaml:1:21 cannot override `services.a.x-y`: it is a list here, a mapping at /srv/app/compose.yaml:1:31"
    ]


@pytest.mark.parametrize(
    ("over", "key", "expected"),
    [
        ("environment: {A: !reset null}", "environment", {"B": "2"}),
        ("environment: !override {C: 1}", "environment", {"C": "1"}),
        ("environment: !reset null", "environment", None),
        ("ports: !override ['3:3']", "ports", [{"mode": "ingress", "target": 3, "published": "3", "protocol": "tcp"}]),
        ("ports: !reset ['9:9']", "ports", None),
    ],
)
def test_reset_and_override_remove_earlier_values(over: str, key: str, expected: Any) -> None:
    assert merged("environment: {A: 1, B: 2}, ports: ['1:1']", over).get(key) == expected


def test_reset_removes_a_whole_service() -> None:
    files = {"compose.yaml": "services: {a: {image: x}, b: {image: y}}", "o.yaml": "services: {b: !reset null}"}
    assert list(config(files, files=("compose.yaml", "o.yaml"))["services"]) == ["a"]
