"""The index of a build context finds every change, and reads unchanged files once."""

import hashlib
import os
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from wtc.engine.images.build_context import context_hash
from wtc.engine.images.context_index import RACY_NS, ContextIndex
from wtc.model.build import Build


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A context with an ignore file, a subfolder, a link, and an additional context beside it."""
    root, more = tmp_path / "context", tmp_path / "more"
    (root / "src").mkdir(parents=True)
    (root / "logs").mkdir()
    more.mkdir()
    (root / "Dockerfile").write_text("FROM scratch\nCOPY . /\n")
    (root / ".dockerignore").write_text("logs\n")
    (root / "src/main.py").write_text("one")
    (root / "link").symlink_to("src")
    (root / "logs/today").write_text("log")
    (more / "file").write_text("more")
    return root


def build(root: Path) -> Build:
    return Build(context=str(root), additional_contexts={"more": str(root.parent / "more")})


def later(index: ContextIndex) -> ContextIndex:
    """Return the index for the next reading, as if the files had been at rest when it was made."""
    document = index.document()
    assert document is not None
    return ContextIndex({**document, "checked_ns": document["checked_ns"] + 2 * RACY_NS})


def indexed(root: Path) -> tuple[str, ContextIndex]:
    index = ContextIndex()
    digest = context_hash(build(root), index)
    return digest, later(index)


def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Record the files whose content is read."""
    found: list[str] = []
    from wtc.engine.images import context_index

    before: Callable[[str], str] = context_index._hash_file

    def recorded(path: str) -> str:
        found.append(os.path.basename(path))
        return before(path)

    monkeypatch.setattr(context_index, "_hash_file", recorded)
    return found


def test_unchanged_context_is_not_read_again(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    digest, index = indexed(root)
    found = reads(monkeypatch)
    assert index.is_unchanged(digest)
    assert context_hash(build(root), index) == digest
    assert found == []
    assert index.document() is None


def test_only_the_changed_file_is_read_again(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    digest, index = indexed(root)
    found = reads(monkeypatch)
    (root / "src/main.py").write_text("another")
    assert not index.is_unchanged(digest)
    assert context_hash(build(root), index) != digest
    assert found == ["main.py"]


CHANGES: dict[str, Callable[[Path], Any]] = {
    "content": lambda root: (root / "src/main.py").write_text("two"),
    "longer content": lambda root: (root / "src/main.py").write_text("three"),
    "mode": lambda root: (root / "src/main.py").chmod(0o755),
    "mode of a folder": lambda root: (root / "src").chmod(0o700),
    "new file": lambda root: (root / "src/new.py").write_text(""),
    "new file at the top": lambda root: (root / "new.py").write_text(""),
    "new folder": lambda root: (root / "src/new").mkdir(),
    "removed file": lambda root: (root / "src/main.py").unlink(),
    "renamed file": lambda root: (root / "src/main.py").rename(root / "src/other.py"),
    "replaced file": lambda root: (
        (root / "temporary").write_text("two"),
        (root / "temporary").replace(root / "src/main.py"),
    ),
    "link": lambda root: ((root / "link").unlink(), (root / "link").symlink_to("logs")),
    "Dockerfile": lambda root: (root / "Dockerfile").write_text("FROM scratch\nCOPY src /\n"),
    "ignore file": lambda root: (root / ".dockerignore").write_text("src\n"),
    "removed ignore file": lambda root: (root / ".dockerignore").unlink(),
    "ignore file of the Dockerfile": lambda root: (root / "Dockerfile.dockerignore").write_text(""),
    "additional context": lambda root: (root.parent / "more/file").write_text("less"),
    "ignore file of the additional context": lambda root: (root.parent / "more/.dockerignore").write_text("file"),
    "file that becomes a folder": lambda root: ((root / "src/main.py").unlink(), (root / "src/main.py").mkdir()),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_change_is_found_with_and_without_the_index(root: Path, change: Callable[[Path], Any]) -> None:
    digest, index = indexed(root)
    change(root)
    assert not index.is_unchanged(digest)
    assert context_hash(build(root), index) == context_hash(build(root)) != digest


def row(found: os.stat_result) -> str:
    return struct.pack("<4qQ", found.st_mode, found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino).hex()


def test_change_within_the_granularity_of_the_times_is_found(root: Path) -> None:
    file = root / "src/main.py"
    index = ContextIndex(clock=lambda: file.stat().st_mtime_ns)
    digest = context_hash(build(root), index)
    document: Any = index.document()
    before = file.lstat()
    file.write_text("two")
    # As on a filesystem that gives both writes the same times.
    now = file.lstat()
    assert row(before) in document["facts"]
    facts = document["facts"].replace(row(before), row(now))
    assert before.st_size == now.st_size
    racy = ContextIndex({**document, "facts": facts, "newest_ns": now.st_mtime_ns, "checked_ns": now.st_mtime_ns})
    assert not racy.is_unchanged(digest)
    assert context_hash(build(root), racy) == context_hash(build(root)) != digest


def test_contexts_whose_names_begin_alike_are_one_index(root: Path) -> None:
    alike = root.with_name("context-2")
    (root.parent / "more").rename(alike)
    both = Build(context=str(root), additional_contexts={"more": str(alike)})
    index = ContextIndex()
    digest = context_hash(both, index)
    assert later(index).is_unchanged(digest)
    (alike / "file").write_text("changed")
    assert not later(index).is_unchanged(digest)


def test_ignored_file_can_change(root: Path) -> None:
    digest, index = indexed(root)
    (root / "logs/today").write_text("more log")
    (root / "logs/tomorrow").write_text("log")
    assert index.is_unchanged(digest)


def test_context_that_the_engine_fetches_is_unchanged() -> None:
    index = ContextIndex()
    digest = context_hash(Build(context="https://example.com/shop.git"), index)
    assert later(index).is_unchanged(digest)


def test_index_of_another_hash_is_not_a_proof(root: Path) -> None:
    _, index = indexed(root)
    assert not index.is_unchanged("0" * 64)


WHOLE: dict[str, Any] = {
    **dict.fromkeys(("facts", "digests"), ""),
    **dict.fromkeys(("newest_ns", "checked_ns"), 0),
    **{kind: [] for kind in ("missing", "unreadable")},
    "folder": "/",
    "paths": "tmp",
    "resolved": {},
    "hash": "x",
}


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"hash": "x"},
        WHOLE,
        {**WHOLE, "paths": 1},
        {**WHOLE, "facts": "no hex"},
        {**WHOLE, "facts": "00" * 40, "digests": "a\0b"},
        {**WHOLE, "facts": "00" * 39},
        {**WHOLE, "folder": "/none/"},
        {**WHOLE, "folder": "a\0b"},
        {**WHOLE, "paths": "", "missing": [1]},
        {**WHOLE, "paths": "", "unreadable": ["/"]},
        {**WHOLE, "paths": "", "resolved": []},
        {**WHOLE, "paths": "", "resolved": {"/": 1}},
    ],
)
def test_damaged_index_is_ignored(root: Path, document: dict[str, Any]) -> None:
    index = ContextIndex(document)
    assert not index.is_unchanged("x")
    assert context_hash(build(root), index) == context_hash(build(root))


@pytest.mark.parametrize("kind", ["missing", "unreadable"])
def test_file_that_was_missing_or_unreadable_and_is_there_is_a_change(root: Path, kind: str) -> None:
    index = ContextIndex()
    digest = context_hash(build(root), index)
    document: Any = index.document()
    assert ContextIndex(document).is_unchanged(digest)
    there = [*document[kind], str(root / "src/main.py")]
    assert not ContextIndex({**document, kind: there}).is_unchanged(digest)


def test_hole_of_a_file_takes_no_time_and_counts_by_its_size(root: Path) -> None:
    large: list[tuple[str, int]] = []
    image = root / "disk.img"
    hashes: set[str] = set()
    for size, content in ((200 << 30, b"one"), (200 << 30, b"two"), (100 << 30, b"two")):
        with image.open("wb") as file:
            file.truncate(size)
            file.seek(50 << 30)
            file.write(content)
        index = ContextIndex(on_large=lambda path, bytes_: large.append((path, bytes_)))
        hashes.add(context_hash(build(root), index))
    assert len(hashes) == 3
    assert large == [(str(image), 200 << 30), (str(image), 200 << 30), (str(image), 100 << 30)]


def test_file_without_holes_has_one_hash_however_it_is_stored(root: Path) -> None:
    content = b"x" * (1 << 20)
    (root / "file").write_bytes(content)
    index = ContextIndex()
    assert index.file_digest(str(root / "file")) == hashlib.sha256(content).hexdigest()
