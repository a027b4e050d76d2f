"""Parsing YAML: accept what go-yaml accepts, with positions, and report everything else."""

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wtc.compose.diagnostics import Diagnostics
from wtc.compose.source import yaml
from wtc.compose.tree.node import Mapping, Node, Plain, Scalar, plain, walk


def read(text: str | bytes) -> tuple[list[Node], Diagnostics]:
    found = Diagnostics()
    return yaml.parse_yaml(text if isinstance(text, bytes) else text.encode(), "f", found), found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("# nothing\n", []),
        ("---\n", [None]),
        ("a: 1\n---\nb: 2\n", [{"a": 1}, {"b": 2}]),
        ("a: &x 1\nb: &x 2\nc: *x\n", [{"a": 1, "b": 2, "c": 2}]),
        ("a: &x k\nb: {*x : 1}\n", [{"a": "k", "b": {"k": 1}}]),
        ("b: {x: 0, <<: {x: 1, y: 2}}\n", [{"b": {"x": 0, "y": 2}}]),
        ("b: {<<: {x: 1}, x: 0}\n", [{"b": {"x": 0}}]),
        ("<<: [{x: 1}, {x: 2, y: 2}]\n", [{"x": 1, "y": 2}]),
        ('"<<": {x: 1}\n', [{"<<": {"x": 1}}]),
        ("!!merge <<: {x: 1}\ny: 2\n", [{"x": 1, "y": 2}]),
        ('!!merge "<<": [{x: 1}, {x: 2}]\n', [{"x": 1}]),
        ('a: !!int "3"\nb: !!str 3\nc: !foo 3\nd: !!binary aGk=\n', [{"a": 3, "b": "3", "c": "3", "d": "hi"}]),
        ("a: ! 3\nb: ! '3'\n", [{"a": 3, "b": "3"}]),
        ("=: =\n", [{"=": "="}]),
        ("\ufeffa: 1\n", [{"a": 1}]),
        ("\ufeffa: 1\n".encode("utf-16-le"), [{"a": 1}]),
    ],
)
def test_yaml_is_parsed_as_by_go_yaml(text: str | bytes, expected: list[Plain]) -> None:
    documents, found = read(text)
    assert [plain(document) for document in documents] == expected
    assert not found.found


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("a: 1\nb: 2\na: 3\n", "f:3:1", "duplicate key `a`, first used in line 1"),
        ("a: {<<: {}, <<: {}}\n", "f:1:13", "duplicate key `<<`"),
        ("a:\n  1: b\n", "f:2:3", "not `1`"),
        ("a: {2020-01-01: b}\n", "f:1:5", "not `2020-01-01`"),
        ("a: {true: b}\n", "f:1:5", "not `true`"),
        ("? [a]\n: b\n", "f:1:3", "not a list"),
        ("<<: 1\n", "f:1:5", "`<<` takes"),
        ("a: *x\n", "f:1:4", "does not refer to an earlier anchor"),
        ("a: &x [*x]\n", "f:1:8", "is inside the node that it refers to"),
        ("a: !!int b\n", "f:1:4", "`!!int`"),
        ("a:\n\t- b\n", "f:2:1", "cannot start any token"),
        ("a: [b\n", "f:2:1", "not valid YAML"),
        ("%YAML 3.0\n---\na: 1\n", "f:1:1", "incompatible"),
        (b"a: b\nc: \xc3\xa4\xff\n", "f:2:5", "byte 0xff"),
        ("a: ä\x07\n", "f:1:5", "control character 0x07"),
        (b"\x7fELF\x02\x00\x00", "f:1:1", "control character 0x7f"),
        ("[" * 200, "f:1:101", "100 levels"),
        ("a: &x " + "[" * 60 + "]" * 60 + "\nb: " + "[" * 60 + "*x", "f:2:64", "100 levels"),
        (b" " * (yaml.MAX_BYTES + 1), "f:1:1", "the limit is"),
    ],
)
def test_invalid_yaml_is_reported_with_its_position(text: str | bytes, place: str, words: str) -> None:
    _, found = read(text)
    assert str(found.errors[0].position) == place
    assert words in found.errors[0].message


def test_all_duplicate_and_invalid_keys_are_reported_in_one_run() -> None:
    _, found = read("a: 1\na: 2\nb: {1: 1}\nb: 2\n")
    assert [str(d.position) for d in found.errors] == ["f:2:1", "f:3:5", "f:4:1"]


def test_alias_bomb_is_rejected() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 30)]
    _, found = read("\n".join(lines))
    assert "more than" in found.errors[0].message


def test_values_and_keys_have_positions() -> None:
    (document,), _ = read("a:\n  bc: &x [1,  zwei]\nd: {<<: {k: v}}\n")
    places = {path: (node.position.line, node.position.column) for path, node in walk(document)}
    assert places[("a", "bc", 1)] == (2, 15)
    assert places[("d", "k")] == (3, 13)
    assert isinstance(document, Mapping)
    inner = document.items["a"]
    assert isinstance(inner, Mapping)
    assert inner.keys["bc"][1:] == (2, 3)


def test_python_parser_gives_the_same_result_as_the_c_parser(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "a: &x {k: 010}\nb: [*x, {<<: *x}]\n"
    fast, _ = read(text)
    monkeypatch.setitem(sys.modules, "yaml._yaml", None)
    assert read(text)[0] == fast
    _, found = read("a: ä\x07\n")
    assert str(found.errors[0].position) == "f:1:5"


def test_reset_and_override_are_kept_as_tags() -> None:
    (document,), _ = read("a: !reset null\nb: !override [1]\nc: {d: !override {}}\n")
    assert {path: node.tag for path, node in walk(document) if node.tag} == {
        ("a",): "reset",
        ("b",): "override",
        ("c", "d"): "override",
    }


def test_scalar_keeps_its_text() -> None:
    (document,), _ = read("0x10")
    assert isinstance(document, Scalar)
    assert (document.value, document.raw) == (16, "0x10")


@given(st.binary(max_size=200) | st.text(alphabet="ab:-[]{}&*!<>|'\"#%\n\t ?,0", max_size=80).map(str.encode))
def test_no_text_raises_an_exception(data: bytes) -> None:
    documents, found = read(data)
    assert all(d.position for d in found.errors)
    for document in documents:
        plain(document)


def test_parsing_stops_after_the_maximum_number_of_problems() -> None:
    _, found = read("a: 1\n" * 500)
    assert len(found.errors) == yaml.MAX_PROBLEMS + 1
    _, found = read("---\na: 1\n" * 500)
    assert "documents" in found.errors[0].message
