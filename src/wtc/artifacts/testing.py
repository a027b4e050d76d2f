"""The contract of drivers, as tests that pytest collects.

    from wtc.artifacts.testing import MountDriverContract

    class TestMyDriver(MountDriverContract):
        @pytest.fixture
        def root(self) -> Collection:
            return MyMountDriver().mount(...)

`root` is an empty root collection. A driver with transactions uses `AtomicMountDriverContract` instead.
"""

from collections.abc import Callable, Generator
from contextlib import contextmanager

from wtc.artifacts.accessible import Collection, Object
from wtc.artifacts.errors import MissingAccessibleError, OutsideRootError, WrongAccessibleTypeException

_OUTSIDE = ("..", "../x", "a/../b", "a/..", "/x", "/", "x\0y")


class MountDriverContract:
    """What a root collection of any driver does."""

    def test_root_is_an_empty_collection_with_a_path(self, root: Collection) -> None:
        assert isinstance(root, Collection)
        assert list(root.ls()) == []
        assert root.path() == root.path() / "."

    def test_nothing_exists_at_an_unused_path(self, root: Collection) -> None:
        for path in ("a", "a/b"):
            assert not root.exists(path)
            assert root.find(path) is None
            assert root.find_object(path) is None
            assert root.find_collection(path) is None
            assert not root.exists_object(path)
            assert not root.exists_collection(path)

    def test_touch_creates_an_empty_object_and_its_parents(self, root: Collection) -> None:
        created = root.touch("a/b/c.txt")
        assert isinstance(created, Object)
        assert created.name() == "c.txt"
        assert created.path() == root.path() / "a" / "b" / "c.txt"
        assert created.read_binary() == b""
        assert created.read_text() == ""
        assert root.exists_collection("a/b")

    def test_touch_keeps_the_content_of_an_existing_object(self, root: Collection) -> None:
        root.touch("a").write_text("content")
        assert root.touch("a").read_text() == "content"

    def test_content_is_read_as_it_was_written(self, root: Collection) -> None:
        stored = root.touch("a")
        for content in (b"\x00\xff\n\r\n", b"", b"x" * 100_000):
            stored.write_binary(content)
            assert stored.read_binary() == content
            assert _object(root, "a").read_binary() == content

    def test_text_is_stored_as_utf_8_without_translation_of_line_ends(self, root: Collection) -> None:
        stored = root.touch("a")
        stored.write_text("ä\r\n€\n")
        assert stored.read_binary() == b"\xc3\xa4\r\n\xe2\x82\xac\n"
        assert stored.read_text() == "ä\r\n€\n"

    def test_mkdir_creates_parents_and_accepts_an_existing_collection(self, root: Collection) -> None:
        created = root.mkdir("a/b")
        assert isinstance(created, Collection)
        assert created.name() == "b"
        assert created.path() == root.path() / "a" / "b"
        created.touch("c").write_text("kept")
        assert _object(root.mkdir("a/b"), "c").read_text() == "kept"
        assert [one.name() for one in root.mkdir("a").ls()] == ["b"]

    def test_paths_are_relative_to_the_collection(self, root: Collection) -> None:
        root.mkdir("a").mkdir("b").touch("c").write_text("deep")
        assert _object(root, "a/b/c").read_text() == "deep"
        assert _object(root.mkdir("a"), "b/./c").read_text() == "deep"
        assert root.find(".") is not None

    def test_ls_returns_objects_and_collections_of_one_level(self, root: Collection) -> None:
        root.touch("object")
        root.touch("collection/nested")
        found = {one.name(): isinstance(one, Collection) for one in root.ls()}
        assert found == {"object": False, "collection": True}

    def test_rm_removes_an_object(self, root: Collection) -> None:
        root.touch("a/b")
        root.touch("a/c")
        root.rm("a/b")
        assert not root.exists("a/b")
        assert root.exists_object("a/c")

    def test_rm_removes_a_collection_with_its_content(self, root: Collection) -> None:
        root.touch("a/b/c")
        root.rm("a")
        assert not root.exists("a")
        assert not root.exists("a/b/c")
        root.mkdir("a")
        assert not root.exists("a/b")

    def test_rm_of_nothing_does_nothing(self, root: Collection) -> None:
        root.touch("a")
        root.rm("b")
        root.rm("b/c")
        assert [one.name() for one in root.ls()] == ["a"]

    def test_the_other_kind_is_refused(self, root: Collection) -> None:
        root.touch("object")
        root.mkdir("collection")
        _refuses(WrongAccessibleTypeException, lambda: root.find_object("collection"))
        _refuses(WrongAccessibleTypeException, lambda: root.find("collection", "object"))
        _refuses(WrongAccessibleTypeException, lambda: root.exists("collection", "object"))
        _refuses(WrongAccessibleTypeException, lambda: root.exists_object("collection"))
        _refuses(WrongAccessibleTypeException, lambda: root.touch("collection"))
        _refuses(WrongAccessibleTypeException, lambda: root.find_collection("object"))
        _refuses(WrongAccessibleTypeException, lambda: root.find("object", "collection"))
        _refuses(WrongAccessibleTypeException, lambda: root.exists("object", "collection"))
        _refuses(WrongAccessibleTypeException, lambda: root.exists_collection("object"))
        _refuses(WrongAccessibleTypeException, lambda: root.mkdir("object"))
        _refuses(WrongAccessibleTypeException, lambda: root.mkdir("object/below"))
        _refuses(WrongAccessibleTypeException, lambda: root.touch("object/below"))

    def test_nothing_exists_below_an_object(self, root: Collection) -> None:
        root.touch("object")
        assert not root.exists("object/below")
        root.rm("object/below")
        assert root.exists_object("object")

    def test_paths_that_lead_out_of_the_root_are_refused(self, root: Collection) -> None:
        nested = root.mkdir("nested")
        for collection in (root, nested):
            for path in _OUTSIDE:
                for method in (
                    collection.touch, collection.mkdir, collection.rm, collection.find, collection.exists,
                    collection.find_object, collection.find_collection,
                ):  # fmt: skip
                    _refuses(OutsideRootError, lambda method=method, path=path: method(path))

    def test_a_collection_does_not_remove_itself(self, root: Collection) -> None:
        nested = root.mkdir("nested")
        _refuses(OutsideRootError, lambda: root.rm("."))
        _refuses(OutsideRootError, lambda: nested.rm(""))
        assert root.exists_collection("nested")

    def test_what_was_removed_cannot_be_read(self, root: Collection) -> None:
        stored, nested = root.touch("object"), root.mkdir("nested")
        root.rm("object")
        root.rm("nested")
        _refuses(MissingAccessibleError, stored.read_binary)
        _refuses(MissingAccessibleError, lambda: list(nested.ls()))

    def test_an_object_replaces_a_collection_after_its_removal(self, root: Collection) -> None:
        root.touch("a/b")
        root.rm("a")
        root.touch("a").write_text("object")
        assert _object(root, "a").read_text() == "object"
        root.rm("a")
        root.touch("a/b").write_text("below")
        assert _object(root, "a/b").read_text() == "below"


class AtomicMountDriverContract(MountDriverContract):
    """What a root collection of a driver with transactions does besides."""

    def test_changes_of_a_failed_transaction_are_not_made(self, root: Collection) -> None:
        root.touch("a").write_text("before")
        with _failing(), root.transaction():
            root.touch("a").write_text("after")
            root.touch("new/b")
            assert _object(root, "a").read_text() == "after"
            raise _FailureError
        assert _object(root, "a").read_text() == "before"
        assert [one.name() for one in root.ls()] == ["a"]

    def test_reads_in_a_transaction_see_its_changes(self, root: Collection) -> None:
        root.touch("old/a").write_text("a")
        with root.transaction():
            root.touch("old/b").write_text("b")
            assert [one.name() for one in root.mkdir("old").ls()] == ["a", "b"]
            root.rm("old/a")
            assert [one.name() for one in root.mkdir("old").ls()] == ["b"]
            root.rm("old")
            assert not root.exists("old/b")
            root.touch("old/c").write_text("c")
            assert [one.name() for one in root.mkdir("old").ls()] == ["c"]
        assert [one.name() for one in root.mkdir("old").ls()] == ["c"]

    def test_a_failed_inner_transaction_leaves_the_changes_of_the_outer_one(self, root: Collection) -> None:
        with root.transaction():
            root.touch("outer").write_text("kept")
            with _failing(), root.transaction():
                root.touch("inner")
                root.rm("outer")
                raise _FailureError
        assert [one.name() for one in root.ls()] == ["outer"]
        assert _object(root, "outer").read_text() == "kept"

    def test_a_lock_spans_several_transactions(self, root: Collection) -> None:
        with root.lock(), root.lock():
            root.touch("a").write_text("1")
            with root.transaction():
                root.touch("a").write_text("2")
        assert _object(root, "a").read_text() == "2"


class _FailureError(Exception):
    pass


def _object(collection: Collection, path: str) -> Object:
    found = collection.find_object(path)
    assert found is not None, path
    return found


def _refuses(expected: type[Exception], action: Callable[[], object]) -> None:
    try:
        action()
    except expected:
        return
    raise AssertionError(f"it does not raise {expected.__name__}")


@contextmanager
def _failing() -> Generator[None]:
    try:
        yield
    except _FailureError:
        return
    raise AssertionError("the failure does not leave the context")
