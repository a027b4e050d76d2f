"""The exact output of `config`."""

import pytest

from tests.compose.memory import project
from wtc.compose.format import listing
from wtc.compose.format.config import config_json, config_yaml
from wtc.compose.format.config_hash import network_hash, volume_hash
from wtc.compose.format.go_json import Float32, compact_json
from wtc.compose.format.go_yaml import block_yaml
from wtc.compose.tree.accessors import get_child
from wtc.compose.tree.node import Node, Plain

HASHES = [
    "d5457d0b2799957b606d2ac4ed52d85a1e75799490e56229948300b9a59e8953",
    "feac2c1f81733e07f63676ddb086e48b42480dd5b1fc467681009441f85b414c",
]
DEFAULT = "708e55c7dd278b9007987d47ba9368072dfa552dd2f98c2f136acd811ef0c5fc"
BACK = "48115655cfde5e93dda6b5746768e326fda32f451ba1dd2c89bd1543551f2251"
DATA = "84b7dd0dbc0b63b2c369486227e90bc52a1bdc93db761e525bf83a38ff41f79c"


def test_json_has_the_key_order_and_escapes_of_go_and_doubled_dollars() -> None:
    loaded = project(
        "services: {a: {command: 'echo $$X', image: 'i<&>', x-s: 1, privileged: false}}\nx-t: {b: 1, a: 2}"
    )
    assert config_json(loaded).splitlines() == [
        "{",
        '  "name": "p",',
        '  "networks": {',
        '    "default": {',
        '      "name": "p_default",',
        '      "ipam": {}',
        "    }",
        "  },",
        '  "services": {',
        '    "a": {',
        '      "command": [',
        '        "echo",',
        '        "$$X"',
        "      ],",
        '      "entrypoint": null,',
        '      "image": "i\\u003c\\u0026\\u003e",',
        '      "networks": {',
        '        "default": null',
        "      }",
        "    }",
        "  },",
        '  "x-t": {',
        '    "a": 2,',
        '    "b": 1',
        "  }",
        "}",
    ]


def test_yaml_omits_empty_values_and_keeps_extensions() -> None:
    loaded = project("services: {a: {image: 'i', x-s: 1, ports: ['80']}}")
    assert config_yaml(loaded) == (
        "name: p\nservices:\n  a:\n    image: i\n    networks:\n      default: null\n"
        "    ports:\n      - mode: ingress\n"
        "        target: 80\n        protocol: tcp\n    x-s: 1\nnetworks:\n  default:\n    name: p_default\n"
    )


def test_without_interpolation_values_are_printed_as_written() -> None:
    loaded = project("services: {a: {image: 'x:${V?}', command: 'a $B', profiles: [p]}}", interpolate=False)
    assert config_yaml(loaded, interpolated=False) == (
        "name: p\nnetworks:\n  default:\n    name: p_default\nservices:\n  a:\n    command: a $B\n    image: x:${V?}\n"
        "    networks:\n      default: null\n    profiles:\n      - p\n"
    )


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("1", '"1"'),
        ("yes", '"yes"'),
        ("00:11:22", '"00:11:22"'),
        ("", '""'),
        ("a: b", "'a: b'"),
        ("a:b", "a:b"),
        ("it's", "it's"),
        ("'x", "'''x'"),
        ("- a", "'- a'"),
        ("-a", "-a"),
        (" a", "' a'"),
        ("a #b", "'a #b'"),
        ("tab\tx", '"tab\\tx"'),
        ("\U0001f600", '"\\U0001F600"'),
        ("a\nb", "|-\n  a\n  b"),
        ("a\n", "|\n  a"),
        ("a\n\n", "|+\n  a\n"),
        (" a\nb", "|2-\n   a\n  b"),
        ("2020-01-01", '"2020-01-01"'),
        (1.5, "1.5"),
        (1e6, "1e+06"),
        (None, "null"),
        ([], "[]"),
        ({}, "{}"),
    ],
)
def test_yaml_values_are_quoted_as_by_go_yaml(value: Plain, text: str) -> None:
    assert block_yaml({"k": value}) == f"k: {text}\n"


def test_yaml_map_keys_are_sorted_with_letters_last_and_numbers_by_value() -> None:
    found = project("services: {a: {image: x, labels: {KA_: 1, KA: 2, K_B: 3, x10: 4, x9: 5}}}")
    lines = config_yaml(found).splitlines()
    keys = [line.strip().partition(":")[0] for line in lines if '"' in line]
    assert keys == [
        "K_B",
        "KA",
        "KA_",
        "x9",
        "x10",
    ]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.0, "1"),
        (1e21, "1e+21"),
        (1e20, "100000000000000000000"),
        (1e-7, "1e-7"),
        (0.00001, "0.00001"),
        (Float32(0.1), "0.1"),
        (Float32(1.23456789), "1.2345679"),
    ],
)
def test_json_numbers_are_formatted_as_by_go(value: float, text: str) -> None:
    assert compact_json(value) == text


def test_listings_are_in_dependency_order_and_sorted() -> None:
    loaded = project("services: {a: {image: x, depends_on: [c]}, b: {build: .}, c: {image: z}}")
    assert listing.services(loaded) == ["b", "c", "a"]
    assert listing.images(loaded) == ["x", "p-b", "z"]


def test_service_hash_equals_that_of_docker_compose_2_40() -> None:
    loaded = project("services: {a: {image: x, scale: 3, depends_on: [b], build: .}, b: {image: y}}")
    assert [line.partition(" ")[2] for line in listing.hashes(loaded)] == HASHES


def test_network_and_volume_hashes_equal_the_labels_of_docker_compose_2_40() -> None:
    text = "name: wtcc2\nservices: {a: {image: x, volumes: ['data:/d'], networks: [default, back]}}\n"
    top = "networks: {back: {driver: bridge, labels: {x: '1'}, internal: true}}\nvolumes: {data: {labels: {y: '2'}}}"
    root = project(text + top, project_name="").root
    assert network_hash(at(root, "networks", "default")) == DEFAULT
    assert network_hash(at(root, "networks", "back")) == BACK
    assert volume_hash(at(root, "volumes", "data")) == DATA


def at(root: Node, *keys: str) -> Node:
    found = get_child(root, *keys)
    assert found is not None
    return found


def test_volume_hash_includes_the_default_driver() -> None:
    loaded = project(
        "services: {a: {image: x, volumes: ['one:/v', 'two:/w']}}\n"
        "volumes: {one: {name: n}, two: {name: n, driver: local}}"
    )
    one, two = (at(loaded.root, "volumes", name) for name in ("one", "two"))
    assert volume_hash(one) == volume_hash(two)
