"""Trees: what sync and commit do, initial states, and that a failure changes nothing."""

# Pyright derives the constructor of a pydantic model from its fields, and does not see the one of `PydanticArtifact`.
# pyright: reportCallIssue=false

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from tests.artifacts.trees import App, Count, Login, Part, Settings, Whole, contents, memory_root
from wtc.artifacts import (
    Anchor,
    ArtifactError,
    BaseMounter,
    Collection,
    CollectionClaim,
    DataclassArtifact,
    FilesystemMountDriver,
    InvalidContentError,
    LayoutAnchor,
    MissingInitialStateError,
    NotMountedError,
    Object,
    ObjectClaim,
    UnreachableWorktreeAction,
    Worktree,
    WrongAccessibleTypeException,
)


def mount(root: Collection, initial_states: Mapping[str, Any] | None = None) -> Whole:
    return BaseMounter(root).mount(Whole, initial_states=initial_states)


def stored(root: Collection, path: str) -> Any:
    found = root.find_object(path)
    assert found is not None
    return json.loads(found.read_text())


def test_mount_creates_what_is_missing_with_its_defaults() -> None:
    root = memory_root()
    tree = mount(root)
    assert {path for path, content in contents(root).items() if content is None} == {
        "app", "app/storage", "app/storage/backups", "app/storage/backups/daily", "app/logs", "first", "second",
    }  # fmt: skip
    assert {path: json.loads(content) for path, content in contents(root).items() if content} == {
        "app/settings.json": {"user": "nobody", "port": 8080},
        "app/storage/settings.json": {"user": "nobody", "port": 8080},
        "settings.json": {"user": "nobody", "port": 8080},
        "first/count.json": {"number": 0, "names": []},
        "second/count.json": {"number": 0, "names": []},
    }
    assert tree.app.storage.settings.port == 8080


def test_mount_reads_what_is_stored() -> None:
    root = memory_root()
    root.touch("app/storage/settings.json").write_text('{"user": "admin", "port": 1}')
    tree = mount(root)
    assert (tree.app.storage.settings.user, tree.app.storage.settings.port) == ("admin", 1)
    assert tree.settings.user == "nobody"


def test_commit_writes_every_item_and_the_next_mount_reads_it() -> None:
    root = memory_root()
    tree = mount(root)
    tree.app.storage.settings.port = 1
    tree.settings.user = "admin"
    tree.first.count.update(number=7, names=("a", "b"))
    tree.commit()
    again = mount(root)
    assert again.app.storage.settings.port == 1
    assert again.settings.user == "admin"
    assert again.first.count.value().number == 7
    assert again.first.count.value().names == ("a", "b")
    assert again.second.count.value().number == 0


def test_sync_reads_what_another_tree_committed() -> None:
    root = memory_root()
    one, other = mount(root), mount(root)
    one.settings.port = 1
    one.commit()
    assert other.settings.port == 8080
    other.sync()
    assert other.settings.port == 1


def test_an_item_that_takes_the_place_of_another_is_committed() -> None:
    root = memory_root()
    tree = mount(root)
    tree.settings = Settings("settings", root, port=9)
    tree.commit()
    assert stored(root, "settings.json")["port"] == 9


def test_commit_creates_again_what_was_removed() -> None:
    root = memory_root()
    tree = mount(root)
    tree.settings.port = 5
    root.rm("settings.json")
    root.rm("app")
    tree.commit()
    assert stored(root, "settings.json")["port"] == 5
    assert stored(root, "app/storage/settings.json")["port"] == 8080


def test_initial_states_are_nested_by_field_name() -> None:
    root = memory_root()
    states = {
        "app": {"storage": {"settings": {"port": 1}}},
        "settings": {"user": "admin"},
        "first": {"count": {"number": 3}},
    }
    tree = mount(root, states)
    assert tree.app.storage.settings.port == 1
    assert (tree.settings.user, tree.settings.port) == ("admin", 8080)
    assert tree.first.count.value().number == 3
    assert stored(root, "first/count.json")["number"] == 3


def test_what_is_stored_wins_over_initial_states() -> None:
    root = memory_root()
    root.touch("settings.json").write_text('{"user": "stored", "port": 1}')
    assert mount(root, {"settings": {"user": "initial"}}).settings.user == "stored"


def test_initial_states_of_an_item_that_is_not_declared_are_refused() -> None:
    root = memory_root()
    with pytest.raises(ArtifactError, match="does not declare") as error:
        mount(root, {"settigns": {}})
    assert error.value.causes == ("`settigns`",)
    assert list(root.ls()) == []


class Accounts(LayoutAnchor):
    login: Login


class Inner(Worktree):
    accounts: Accounts


class Outer(Worktree):
    inner: Inner


@pytest.mark.parametrize("states", [None, {}, {"inner": {}}, {"inner": {"accounts": {"login": {"user": "a"}}}}])
def test_a_missing_initial_state_is_reported_with_its_path_and_stores_nothing(states: dict[str, Any] | None) -> None:
    root = memory_root()
    with pytest.raises(MissingInitialStateError, match="missing required fields: token") as error:
        BaseMounter(root).mount(Outer, initial_states=states)
    assert error.value.item_name == "inner.accounts.login"
    assert str(error.value).startswith("inner.accounts.login: ")
    assert isinstance(error.value.__cause__, ValidationError)
    assert list(root.ls()) == []


@pytest.mark.parametrize(
    ("states", "error_type", "field", "items"),
    [
        ({"settings": {"port": "x"}}, ValidationError, "port", ["settings"]),
        ({"app": {"settings": {"port": "x"}}}, ValidationError, "port", ["settings"]),
        ({"first": {"count": {"number": "x"}}}, InvalidContentError, "number", ["count", "first"]),
    ],
)
def test_an_initial_state_of_the_wrong_type_is_the_same_error_as_outside_a_tree(
    states: dict[str, Any], error_type: type[Exception], field: str, items: list[str]
) -> None:
    root = memory_root()
    with pytest.raises(error_type, match=field) as error:
        mount(root, states)
    assert error.value.__notes__ == [f"in item `{item}`" for item in items]
    assert list(root.ls()) == []
    with pytest.raises(ValidationError, match="port"):
        Settings("settings", initial_states={"port": "x"})
    with pytest.raises(InvalidContentError, match="number"):
        DataclassArtifact[Count]("count", initial_states={"number": "x"})


def test_a_sync_that_fails_leaves_the_whole_memory_as_it_was() -> None:
    root = memory_root()
    tree = mount(root)
    tree.settings.user = "in memory"
    root.touch("app/settings.json").write_text('{"user": "stored", "port": 2}')
    root.touch("first/count.json").write_text('{"number": 5}')
    root.touch("second/count.json").write_text('{"number": "x"}')
    with pytest.raises(InvalidContentError, match=r"second/count\.json"):
        tree.sync()
    assert tree.app.settings.user == "nobody"
    assert tree.settings.user == "in memory"
    assert tree.first.count.value().number == 0


def test_a_sync_that_fails_creates_nothing() -> None:
    root = memory_root()
    root.touch("second/count.json").write_text("{")
    with pytest.raises(InvalidContentError):
        mount(root)
    assert set(contents(root)) == {"second", "second/count.json"}


def test_a_commit_that_fails_writes_nothing() -> None:
    root = memory_root()
    tree = mount(root)
    before = contents(root)
    tree.settings.port = 1
    tree.app.settings.port = 2
    tree.second.count.update(number="x")
    with pytest.raises(InvalidContentError, match="`number`"):
        tree.commit()
    assert contents(root) == before


def test_the_other_kind_in_the_place_of_an_item_is_refused() -> None:
    root = memory_root()
    root.mkdir("settings.json")
    with pytest.raises(WrongAccessibleTypeException):
        mount(root)
    root.rm("settings.json")
    root.touch("app")
    with pytest.raises(WrongAccessibleTypeException):
        mount(root)


def test_a_bare_layout_is_an_empty_collection() -> None:
    root = memory_root()
    layout = LayoutAnchor("logs", root)
    assert not root.exists("logs")
    layout.sync()
    assert contents(root) == {"logs": None}
    assert layout.handle().name() == "logs"


def test_a_layout_that_was_never_synced_has_no_handle() -> None:
    layout = App("app", memory_root())
    with pytest.raises(NotMountedError):
        layout.handle()
    with pytest.raises(NotMountedError):
        layout.commit()


@pytest.mark.parametrize("method", ["initialize_object", "validate_object", "commit_object"])
def test_a_layout_has_no_methods_for_objects(method: str) -> None:
    root = memory_root()
    layout = App("app", root)
    with pytest.raises(UnreachableWorktreeAction, match="LayoutAnchor only claims collections, not objects"):
        getattr(layout, method)(Path("app"), root.touch("app"))
    documentation = getattr(layout, method).__doc__
    assert "Unreachable method since LayoutAnchor only claims collections, not objects" in documentation
    assert ":raise UnreachableWorktreeAction:" in documentation


def test_claims_are_frozen_and_have_a_target() -> None:
    claim = ObjectClaim(path=Path("a"))
    assert (claim.path, claim.target) == (Path("a"), "object")
    assert CollectionClaim(path=Path("a")).target == "collection"
    with pytest.raises(AttributeError):
        claim.path = Path("b")  # pyright: ignore[reportAttributeAccessIssue]


class Log(Anchor[Collection]):
    """An item of two claims, which records what is called on it."""

    calls: list[tuple[str, str]]

    def __init__(
        self, item_name: str, mounted_at: Collection | None, initial_states: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(item_name, mounted_at, initial_states)
        self.calls = []

    def ownership_claims(self) -> list[ObjectClaim | CollectionClaim]:
        return [CollectionClaim(path=Path(self.item_name)), ObjectClaim(path=Path(f"{self.item_name}.index"))]

    def initialize_collection(self, path: Path, collection: Collection) -> None:
        self.calls.append(("initialize", str(path)))

    def validate_collection(self, path: Path, collection: Collection) -> None:
        self.calls.append(("validate", str(path)))

    def commit_collection(self, path: Path, collection: Collection) -> None:
        self.calls.append(("commit", str(path)))

    def initialize_object(self, path: Path, obj: Object) -> None:
        self.calls.append(("initialize", str(path)))

    def validate_object(self, path: Path, obj: Object) -> None:
        self.calls.append(("validate", str(path)))

    def commit_object(self, path: Path, obj: Object) -> None:
        self.calls.append(("commit", str(path)))

    def handle(self) -> Collection:
        raise NotImplementedError


def test_sync_and_commit_go_over_the_claims() -> None:
    root = memory_root()
    log = Log("log", root)
    log.sync()
    assert log.calls == [("initialize", "log"), ("commit", "log"), ("initialize", "log.index"), ("commit", "log.index")]
    log.calls.clear()
    log.sync()
    assert log.calls == [("validate", "log"), ("validate", "log.index")]
    log.calls.clear()
    log.commit()
    assert log.calls == [("commit", "log"), ("commit", "log.index")]


def test_methods_for_a_kind_that_is_not_claimed_are_unreachable() -> None:
    class OnlyObjects(Anchor[None]):
        def ownership_claims(self) -> list[ObjectClaim]:
            return [ObjectClaim(path=Path("a"))]

        def handle(self) -> None:
            return None

    root = memory_root()
    with pytest.raises(UnreachableWorktreeAction, match="OnlyObjects"):
        OnlyObjects("a", root).commit_collection(Path("a"), root)


def test_an_item_without_a_collection_cannot_be_synced() -> None:
    settings = Settings("settings")
    for action in (settings.sync, settings.commit):
        with pytest.raises(NotMountedError, match="`settings`"):
            action()


def test_a_lock_spans_sync_change_and_commit(tmp_path: Path) -> None:
    tree = BaseMounter(FilesystemMountDriver().mount(tmp_path)).mount(Part)
    with tree.lock():
        tree.sync()
        tree.count.update(number=tree.count.value().number + 1)
        tree.commit()
    assert json.loads((tmp_path / "count.json").read_text())["number"] == 1


class Strict(Anchor[None]):
    """An item with a constructor that is hard to please."""

    def __init__(
        self, item_name: str, mounted_at: Collection | None, initial_states: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(item_name, mounted_at, initial_states)
        states = initial_states or {}
        if "size" not in states:
            raise MissingInitialStateError(item_name="size", message="a size is necessary")
        if states["size"] < 0:
            raise ValueError("a size is never negative")

    def ownership_claims(self) -> list[ObjectClaim]:
        return []

    def handle(self) -> None:
        return None


class Holder(Worktree):
    strict: Strict


def test_what_an_items_constructor_raises_is_reported_as_its_initial_state() -> None:
    with pytest.raises(MissingInitialStateError, match=r"strict\.size: a size is necessary") as error:
        BaseMounter(memory_root()).mount(Holder)
    assert error.value.item_name == "strict.size"
    with pytest.raises(MissingInitialStateError, match="strict: a size is never negative") as error:
        BaseMounter(memory_root()).mount(Holder, initial_states={"strict": {"size": -1}})
    assert error.value.item_name == "strict"
    assert isinstance(error.value.__cause__, ValueError)


class Shared(Anchor[None]):
    """An item that owns what `settings` owns, too."""

    def ownership_claims(self) -> list[ObjectClaim]:
        return [ObjectClaim(path=Path("settings.json"))]

    def handle(self) -> None:
        return None


class Contested(Worktree):
    settings: Settings
    shared: Shared


def test_two_items_that_own_the_same_path_are_refused() -> None:
    root = memory_root()
    with pytest.raises(ArtifactError, match=r"`settings` and `shared` of `Contested` both own `settings\.json`"):
        BaseMounter(root).mount(Contested)
    assert list(root.ls()) == []
