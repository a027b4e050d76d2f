"""Frozen dataclasses as artifacts, and their form in JSON."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Literal

import pytest

from tests.artifacts.trees import Count, memory_root
from wtc.artifacts import ArtifactError, DataclassArtifact, InvalidContentError, MissingInitialStateError
from wtc.artifacts.dataclass_json import decode, encode


class Colour(Enum):
    RED = "red"


@dataclass(frozen=True)
class Point:
    x: int
    y: float = 0.5


@dataclass(frozen=True)
class Everything:
    point: Point
    text: str = "ä"
    flag: bool = False
    nothing: None = None
    choice: Literal["a", 1] = "a"
    colour: Colour = Colour.RED
    maybe: int | str | None = None
    points: tuple[Point, ...] = ()
    pair: tuple[int, str] = (1, "a")
    names: frozenset[str] = frozenset()
    table: Mapping[str, list[int]] = field(default_factory=dict[str, list[int]])
    anything: Any = None
    derived: int = field(init=False, default=3)


FULL = Everything(
    point=Point(1), flag=True, choice=1, maybe="x", points=(Point(2, 3.0), Point(4)), names=frozenset({"b", "a"}),
    table={"k": [1, 2]}, anything={"free": [None]},
)  # fmt: skip


@pytest.mark.parametrize("value", [FULL, Everything(point=Point(0))], ids=["full", "defaults"])
def test_a_dataclass_is_read_as_it_was_written(value: Everything) -> None:
    assert decode(Everything, encode(value)) == value


def test_equal_values_have_equal_documents() -> None:
    assert encode(Everything(point=Point(1), names=frozenset({"a", "b", "c"}))) == encode(
        Everything(point=Point(1), names=frozenset({"c", "b", "a"}))
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "the content is not JSON"),
        (b"\xff", "the content is not JSON"),
        ("[" * 100_000, "the content is not JSON"),
        ("[]", "the document is not a valid `Everything`"),
        ("{}", "the document lacks `point`"),
        ('{"point": {}}', "`point` lacks `x`"),
        ('{"point": {"x": "1"}}', "`point.x` is not a valid `int`"),
        ('{"point": {"x": true}}', "`point.x` is not a valid `int`"),
        ('{"point": {"x": 1, "z": 2}}', "`point` has unknown fields: `z`"),
        ('{"point": {"x": 1}, "flag": 1}', "`flag` is not a valid `bool`"),
        ('{"point": {"x": 1}, "choice": true}', "`choice` is not a valid `typing.Literal['a', 1]`"),
        ('{"point": {"x": 1}, "colour": "blue"}', "`colour` is not a valid `Colour`"),
        ('{"point": {"x": 1}, "maybe": 1.5}', "`maybe` is not a valid `int | str | NoneType`"),
        ('{"point": {"x": 1}, "points": [{"x": 1}, {}]}', "`points.1` lacks `x`"),
        ('{"point": {"x": 1}, "pair": [1]}', "`pair` is not a valid `tuple of 2`"),
        ('{"point": {"x": 1}, "table": {"k": ["a"]}}', "`table.k.0` is not a valid `int`"),
    ],
)
def test_content_that_does_not_fit_is_refused_with_its_place(content: str | bytes, message: str) -> None:
    with pytest.raises(InvalidContentError) as error:
        decode(Everything, content)
    assert error.value.message == message


@pytest.mark.parametrize("value", [math.nan, math.inf, object(), b"bytes"])
def test_what_json_cannot_hold_is_refused(value: object) -> None:
    with pytest.raises(InvalidContentError, match="`Everything` cannot be written as JSON"):
        encode(Everything(point=Point(1), anything=value))


def test_it_is_kept_as_json_under_the_name_of_the_item() -> None:
    root = memory_root()
    count = DataclassArtifact[Count]("count", root)
    count.sync()
    count.update(number=1)
    count.commit()
    found = root.find_object(count.artifact_mount_path)
    assert found is not None
    assert found.path().name == "count.json"
    assert found.read_text() == '{\n  "number": 1,\n  "names": []\n}\n'


def test_content_that_does_not_fit_leaves_memory_as_it_was() -> None:
    root = memory_root()
    root.touch("count.json").write_text('{"number": "x"}')
    count = DataclassArtifact[Count]("count", root, number=5)
    with pytest.raises(InvalidContentError, match=r"the content of `count\.json` is not valid") as error:
        count.sync()
    assert error.value.causes == ("`number` is not a valid `int`",)
    assert count.value() == Count(number=5)


def test_a_value_that_would_not_be_read_is_not_written() -> None:
    root = memory_root()
    count = DataclassArtifact[Count]("count", root)
    count.update(number="x")
    with pytest.raises(InvalidContentError):
        count.commit()
    assert not root.exists("count.json")


def test_a_field_without_default_needs_an_initial_state() -> None:
    assert DataclassArtifact[Point]("p", initial_states={"x": 1}).value() == Point(1)
    with pytest.raises(MissingInitialStateError, match="missing required fields: x") as error:
        DataclassArtifact[Point]("p")
    assert error.value.item_name == "p"


def test_initial_states_are_nested() -> None:
    artifact = DataclassArtifact[Everything]("e", initial_states={"point": {"x": 1}, "points": [Point(2)]})
    assert artifact.value() == Everything(point=Point(1), points=(Point(2),))


def test_a_subclass_can_name_the_dataclass() -> None:
    class Counter(DataclassArtifact[Count]):
        pass

    assert Counter("c").value() == Count()
    assert DataclassArtifact[Count] is DataclassArtifact[Count]


def test_without_a_dataclass_it_is_an_error() -> None:
    with pytest.raises(ArtifactError, match="does not name the dataclass"):
        DataclassArtifact("x")
    with pytest.raises(TypeError, match="is not a dataclass"):
        DataclassArtifact[int]
