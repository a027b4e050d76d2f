"""Which items a class declares."""

from typing import Annotated, ClassVar, Generic, TypeVar

import pytest

from tests.artifacts.trees import Count, Settings
from wtc.artifacts import ArtifactError, DataclassArtifact, LayoutAnchor, Syncable, Worktree
from wtc.artifacts.declarations import declarations_of

Item = TypeVar("Item")


def declared(owner: type[Syncable]) -> dict[str, str]:
    return {one.name: one.item_type.__name__ for one in declarations_of(owner)}


class Plain(Worktree):
    settings: Settings
    note: str = "not an item"
    shared: ClassVar[Settings]
    annotated: Annotated[Settings, "kept"]


class Quoted(Worktree):
    settings: "Settings"
    later: "Later"
    inner: "InBody"

    class InBody(LayoutAnchor):
        settings: "Settings"


class Later(LayoutAnchor):
    pass


class Inherited(Plain):
    more: LayoutAnchor


class Overridden(Plain):
    settings: LayoutAnchor  # pyright: ignore[reportIncompatibleVariableOverride]


class Box(Worktree, Generic[Item]):
    content: Item


class FilledBox(Box[Settings]):
    pass


class BoxedAgain(FilledBox):
    count: "DataclassArtifact[Count]"


class InnerOnly(LayoutAnchor):
    class TestRuns(LayoutAnchor):
        class Latest(Settings):
            pass

    class logs(LayoutAnchor):  # noqa: N801 - the name of the collection
        pass


class InheritedInner(InnerOnly):
    class Extra(LayoutAnchor):
        pass


@pytest.mark.parametrize(
    ("owner", "expected"),
    [
        (Plain, {"settings": "Settings", "annotated": "Settings"}),
        (Quoted, {"settings": "Settings", "later": "Later", "inner": "InBody"}),
        (Quoted.InBody, {"settings": "Settings"}),
        (Inherited, {"settings": "Settings", "annotated": "Settings", "more": "LayoutAnchor"}),
        (Overridden, {"settings": "LayoutAnchor", "annotated": "Settings"}),
        (FilledBox, {"content": "Settings"}),
        (BoxedAgain, {"content": "Settings", "count": "DataclassArtifact[Count]"}),
        (InnerOnly, {"test_runs": "TestRuns", "logs": "logs"}),
        (InnerOnly.TestRuns, {"latest": "Latest"}),
        (InheritedInner, {"test_runs": "TestRuns", "logs": "logs", "extra": "Extra"}),
        (LayoutAnchor, {}),
        (Worktree, {}),
    ],
    ids=lambda value: value.__qualname__ if isinstance(value, type) else "",
)
def test_items_are_declared_by_annotations_and_inner_classes(owner: type[Syncable], expected: dict[str, str]) -> None:
    assert declared(owner) == expected


class Unknown(Worktree):
    settings: "NowhereDefined"  # noqa: F821 # pyright: ignore[reportUndefinedVariable]


class Choice(Worktree):
    settings: Settings | None


class Twice(LayoutAnchor):
    logs: Settings

    class Logs(LayoutAnchor):
        pass


class Reserved(Worktree):
    commit: Settings  # pyright: ignore[reportIncompatibleMethodOverride, reportAssignmentType]


class Hidden(Worktree):
    _settings: Settings


@pytest.mark.parametrize(
    ("owner", "message"),
    [
        (Unknown, "cannot evaluate the annotations of `Unknown`"),
        (Choice, "`Choice.settings` has a choice of types"),
        (Twice, "`Twice` declares `logs` by an annotation and by an inner class"),
        (Reserved, "`Reserved` cannot declare an item `commit`"),
        (Hidden, "`Hidden` cannot declare an item `_settings`"),
    ],
)
def test_a_declaration_that_is_not_possible_is_reported(owner: type[Syncable], message: str) -> None:
    with pytest.raises(ArtifactError) as error:
        declarations_of(owner)
    assert error.value.message == message
