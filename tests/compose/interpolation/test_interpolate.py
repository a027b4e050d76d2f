"""Replacing variables and casting strings in a document."""

import pytest

from wtc.compose.diagnostics import Diagnostics
from wtc.compose.interpolation.interpolate import MAX_UNSET, interpolate
from wtc.compose.interpolation.port_variables import Environments
from wtc.compose.source.yaml import parse_yaml
from wtc.compose.tree.node import Plain, Scalar, plain, walk


def run(text: str, **environment: str) -> tuple[Plain, Diagnostics]:
    found = Diagnostics()
    (document,) = parse_yaml(text.encode(), "f", found)
    return plain(interpolate(document, Environments(own=environment, clients=environment), found)), found


def test_variables_are_replaced_in_values_and_not_in_keys() -> None:
    assert run("x-a: {$A: [$A, '${A}b', 1]}", A="v")[0] == {"x-a": {"$A": ["v", "vb", 1]}}


@pytest.mark.parametrize(
    ("attribute", "expected"),
    [
        ('privileged: "true"', {"privileged": True}),
        ("init: yes", {"init": True}),
        ("tty: ${T:-Off}", {"tty": False}),
        ("scale: ${N}", {"scale": 2}),
        ('cpus: "0.5"', {"cpus": 0.5}),
        ("cpus: '1_000'", {"cpus": 1000.0}),
        ("cpus: 0x1p-2", {"cpus": 0.25}),
        (
            "ulimits: {nproc: '5', nofile: {soft: $N, hard: '+3'}}",
            {"ulimits": {"nproc": 5, "nofile": {"soft": 2, "hard": 3}}},
        ),
        ("ports: [{target: '80', published: '8080'}]", {"ports": [{"target": 80, "published": "8080"}]}),
        ("mem_limit: ${N}g", {"mem_limit": "2g"}),
        ("scale: 3", {"scale": 3}),
    ],
)
def test_strings_are_cast_to_the_type_of_their_attribute(attribute: str, expected: Plain) -> None:
    document, found = run(f"services:\n  a.b:\n    {attribute}\n", N="2")
    assert document == {"services": {"a.b": expected}}
    assert not found.errors


@pytest.mark.parametrize(
    ("attribute", "words"),
    [
        ("privileged: '1'", "`1` is not `true` or `false`"),
        ("scale: '0x10'", "`0x10` is not a whole number"),
        ("scale: ${N}.0", "`2.0` is not a whole number"),
        ("cpus: ''", "`` is not a number"),
        ("cpus: inf", "`inf` is not a number"),
        ("cpus: '1e39'", "is not a number"),
        ("scale: '9223372036854775808'", "is not a whole number"),
    ],
)
def test_string_that_cannot_be_cast_is_an_error_with_the_expected_type(attribute: str, words: str) -> None:
    _, found = run(f"services:\n  a:\n    {attribute}\n", N="2")
    (error,) = found.errors
    assert words in error.message
    assert error.path[:2] == ("services", "a")
    assert error.position


def test_unset_variable_is_reported_once_with_its_position() -> None:
    _, found = run("x-a: $NOPE\nx-b: [$NOPE, $OTHER]\n")
    assert [(d.message.split("`")[1], str(d.position), d.path) for d in found.warnings] == [
        ("NOPE", "f:1:6", ("x-a",)),
        ("OTHER", "f:2:14", ("x-b", 1)),
    ]


def test_all_invalid_variables_are_reported() -> None:
    _, found = run("x-a: ${\nservices: {a: {image: '${X:?no}'}}\n")
    assert [d.path for d in found.errors] == [("x-a",), ("services", "a", "image")]


def test_text_as_written_is_kept_in_raw() -> None:
    found = Diagnostics()
    (document,) = parse_yaml(b"ports: ['${WEB_PORT:-8080}:80']", "f", found)
    raws = [
        node.raw
        for _, node in walk(interpolate(document, Environments(own={}, clients={}), found))
        if isinstance(node, Scalar)
    ]
    assert raws == ["${WEB_PORT:-8080}:80"]


def test_yaml_1_1_boolean_gives_a_warning() -> None:
    _, found = run("services: {a: {init: 'yes', tty: 'TRUE'}}")
    assert [d.path for d in found.warnings] == [("services", "a", "init")]


def test_warnings_about_unset_variables_are_limited() -> None:
    _, found = run("x-a: [" + ", ".join(f"$NOPE_{n}" for n in range(500)) + "]")
    assert len(found.warnings) == MAX_UNSET
    assert "the rest is not shown" in found.warnings[-1].message
