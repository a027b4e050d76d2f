"""Normalizing a project, and checking its consistency."""

from typing import Any

import pytest

from tests.compose.memory import config, refused, service


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ("command: 'echo a'", {"default": None}),
        ("networks: {}", {"default": None}),
        ("network_mode: host", None),
    ],
)
def test_services_without_networks_get_the_default_network(attributes: str, expected: Any) -> None:
    assert service(attributes).get("networks") == expected


@pytest.mark.parametrize(
    ("attributes", "restart"),
    [
        ("links: ['b:c']", True),
        ("network_mode: 'service:b'", True),
        ("pid: 'service:b'", True),
        ("volumes_from: [b]", None),
    ],
)
def test_references_to_another_service_are_dependencies(attributes: str, restart: Any) -> None:
    found = service(attributes)["depends_on"]["b"]
    assert found["condition"] == "service_started"
    assert found.get("restart") == restart


def test_explicit_dependency_is_not_changed() -> None:
    found = service("links: [b], depends_on: {b: {condition: service_healthy}}")
    assert found["depends_on"] == {"b": {"condition": "service_healthy", "required": True}}


def test_resources_are_named_after_the_project_unless_they_are_external() -> None:
    found = config(
        "services: {a: {image: x, networks: [n, e], volumes: ['vol:/v', 'ext:/w']}}\n"
        "networks: {n: , e: {external: true}}\nvolumes: {vol: {name: own}, ext: {external: {name: real}}}"
    )
    assert {key: item["name"] for key, item in found["networks"].items()} == {"n": "p_n", "e": "e"}
    assert {key: item["name"] for key, item in found["volumes"].items()} == {"vol": "own", "ext": "real"}


def test_bare_names_take_their_value_from_the_environment() -> None:
    found = service("environment: [A, B], build: {args: [A, B]}", environment={"A": "1"})
    assert found["environment"] == {"A": "1", "B": None}
    assert found["build"]["args"] == {"A": "1"}


def test_unused_resources_are_dropped() -> None:
    text = "services: {a: {image: x}}\nvolumes: {v: {}}\nsecrets: {s: {file: f}}"
    assert not {"volumes", "secrets"} & config(text).keys()
    assert {"volumes", "secrets"} <= config(text, all_resources=True).keys()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("services: {a: {command: x}}", "service `a` has neither `image` nor `build`"),
        ("services: {a: {image: x, networks: [n]}}", "service `a` uses network `n`, which is not defined"),
        ("services: {a: {image: x, secrets: [n]}}", "service `a` uses secret `n`, which is not defined"),
        ("services: {a: {image: x, depends_on: [n]}}", "service `a` depends on `n`, which is not defined"),
        ("services: {a: {image: x, depends_on: [a]}}", "dependency cycle: `a` -> `a`"),
        (
            "services: {a: {image: x, links: [b]}, b: {image: y, links: [a]}}",
            "dependency cycle: `a` -> `b` -> `a`",
        ),
        (
            "services: {a: {image: x, network_mode: host, networks: [default]}}",
            "service `a` has both `network_mode` and `networks`",
        ),
        (
            "services: {a: {image: x, scale: 2, deploy: {replicas: 3}}}",
            "service `a` sets `scale` to `2` and `deploy.replicas` to `3`",
        ),
        (
            "services: {a: {image: x, scale: 2, container_name: one}}",
            "service `a` has a `container_name` but `2` containers",
        ),
        (
            "services: {a: {image: x, container_name: one}, b: {image: x, container_name: one}}",
            "services `a` and `b` have the same `container_name` `one`",
        ),
        (
            "services: {a: {image: x, gpus: [{count: 1, device_ids: [a]}]}}",
            "`services.a.gpus[0]` has both `count` and `device_ids`",
        ),
        (
            "services: {a: {image: x}}\nsecrets: {s: {}}",
            "`secrets.s` has no content, expected one of `file`, `environment`",
        ),
        (
            "services: {a: {image: x}}\nvolumes: {v: {external: true, driver: d}}",
            "`volumes.v` is external, so `driver` is not allowed",
        ),
    ],
)
def test_contradiction_is_reported_with_its_position(text: str, message: str) -> None:
    found = refused(text)
    assert [line.partition(" ")[2] for line in found if line.startswith("compose.yaml:")] == [message]


def test_all_undefined_references_are_reported() -> None:
    assert (
        len(refused("services: {a: {image: x, networks: [n], secrets: [s], volumes: ['vol:/v'], depends_on: [z]}}"))
        == 4
    )


def test_disabled_dependency_must_be_optional() -> None:
    dependency = "{condition: service_started, required: false}"
    text = f"services: {{a: {{image: x, depends_on: {{b: {dependency}}}}}, b: {{image: y, profiles: [q]}}}}"
    assert list(config(text)["services"]) == ["a"]
    assert "which no active profile enables" in refused(text.replace("false", "true"))[0]
