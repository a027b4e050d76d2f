"""No finding about an attribute shows the value of a variable, which can be a secret."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.compose.memory import project
from wtc.compose.schema.project import PROJECT
from wtc.compose.schema.shape import Shape
from wtc.errors import ComposeFileError
from wtc.model.diagnostic import Diagnostic
from wtc.model.position import Path, dotted

SECRET = "hunter2"
NAMES_OF_FILES = ("include", "env_file", "label_file", "extends")
"""Attributes that name a file to read: the error has its path."""


def scalars(shape: Shape, path: Path = ()) -> Iterator[Path]:
    """Yield the path of each scalar that the schema allows, with `k` for a name and 0 for an index."""
    if shape.types - {"null"}:
        yield path
    if shape.items is not None:
        yield from scalars(shape.items, (*path, 0))
    for key, field in (shape.fields or {}).items():
        yield from scalars(field, (*path, key))
    if shape.entries is not None:
        yield from scalars(shape.entries, (*path, "k"))


def shape_at(path: Path) -> Shape:
    shape: Shape | None = PROJECT
    for step in path:
        assert shape is not None
        shape = shape.items if isinstance(step, int) else (shape.fields or {}).get(step, shape.entries)
    assert shape is not None
    return shape


def document(path: Path, value: str) -> dict[str, Any]:
    """Return the smallest project with the value at the path."""
    tree: Any = value
    for depth in range(len(path) - 1, -1, -1):
        step = path[depth]
        required = dict.fromkeys(shape_at(path[:depth]).required, "x")
        tree = [tree] if isinstance(step, int) else {**required, step: tree}
    services: dict[str, Any] = tree.setdefault("services", {"k": {}})
    if path != ("services", "k", "image"):
        services["k"]["image"] = "x"
    return tree


PLACES = [path for path in scalars(PROJECT) if not {*path} & {*NAMES_OF_FILES}]


def findings(text: str, **environment: str) -> list[Diagnostic]:
    try:
        loaded = project({"compose.yaml": text}, environment={"HOME": "/home/me", **environment}, port_variables=None)
    except ComposeFileError as error:
        return list(error.diagnostics)
    return list(loaded.warnings)


def test_places_are_those_of_the_schema() -> None:
    assert {"services.k.mem_limit", "services.k.ports[0]", "networks.k.driver_opts.k"} <= {*map(dotted, PLACES)}


@pytest.mark.parametrize("written", ["${X}", "a:${X}", "${X}:80/tcp", "k=${X}", "${X}=k", "service:${X}"])
@pytest.mark.parametrize(
    "value", [SECRET, f"{SECRET}:1:2:3", f"::{SECRET}", f"{SECRET.upper()} `(' {SECRET}", f"/{SECRET}"]
)
def test_no_attribute_shows_the_value_of_a_variable(written: str, value: str) -> None:
    shown = {
        dotted(path): finding
        for path in PLACES
        for finding in findings(json.dumps(document(path, written)), X=value)
        if SECRET in f"{finding.message} {dotted(finding.path)} {finding.hint}".lower()
    }
    assert not shown
