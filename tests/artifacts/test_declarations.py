"""Which items a class declares."""

from typing import Annotated, ClassVar, Generic, TypeVar

import pytest

from tests.artifacts.trees import Count, Settings, contents, memory_root
from wtc.artifacts import ArtifactError, BaseMounter, DataclassArtifact, LayoutAnchor, Syncable, Worktree
from wtc.artifacts.declarations import concrete_class, declarations_of

Item = TypeVar("Item")


def declared(owner: type[Syncable]) -> dict[str, str]:
    return {one.name: one.item_type.__name__ for one in declarations_of(concrete_class(owner))}


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


class Shelf(LayoutAnchor, Generic[Item]):
    """A generic item with a generic item as a field."""

    box: Box[Item]
    first: "Item"


class Pair(Box[Settings], Generic[Item]):
    """Uses the type variable of its base for another argument."""

    other: Item


class Renamed(Box[Item], Generic[Item]):
    pass


class Stored(Worktree, Generic[Item]):
    value: DataclassArtifact[Item]


class Aliases(Worktree):
    box: Box[Settings]
    shelf: "Shelf[DataclassArtifact[Count]]"


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
        (Aliases, {"box": "Box", "shelf": "Shelf"}),
        (Box[Settings], {"content": "Settings"}),
        (Shelf[Settings], {"box": "Box", "first": "Settings"}),
        (Shelf[Box[Settings]], {"box": "Box", "first": "Box"}),
        (Pair[DataclassArtifact[Count]], {"content": "Settings", "other": "DataclassArtifact[Count]"}),
        (Renamed[Settings], {"content": "Settings"}),
        (Stored[Count], {"value": "DataclassArtifact[Count]"}),
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


class GenericChoice(Worktree, Generic[Item]):
    content: Item | None


class Filled(GenericChoice[Settings]):
    pass


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
        (Filled, "`Filled.content` has a choice of types"),
        (Box, "`Box.content` has type variable `~Item`, which has no argument"),
        (Twice, "`Twice` declares `logs` by an annotation and by an inner class"),
        (Reserved, "`Reserved` cannot declare an item `commit`"),
        (Hidden, "`Hidden` cannot declare an item `_settings`"),
    ],
)
def test_a_declaration_that_is_not_possible_is_reported(owner: type[Syncable], message: str) -> None:
    with pytest.raises(ArtifactError) as error:
        declarations_of(owner)
    assert error.value.message == message


def test_a_tree_of_generic_items_has_them_all() -> None:
    root = memory_root()
    tree = BaseMounter(root).mount(Aliases, {"box": {"content": {"port": 1}}})
    assert tree.box.content.port == 1
    assert tree.shelf.box.content.value() == Count()
    assert sorted(contents(root)) == [
        "box",
        "box/content.json",
        "shelf",
        "shelf/box",
        "shelf/box/content.json",
        "shelf/first.json",
    ]
    assert BaseMounter(root).mount(Box[Settings]).content.port == 8080
