"""The kept files of a stack: private, replaced as a whole, and worth nothing when anything is wrong with them."""

import json
import os
import stat
from pathlib import Path

import pytest

from wtc.registry.kept_forms import MOST_BYTES, KeptForms
from wtc.registry.stack_records import StackRecord
from wtc.registry.store import Store


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A written file of stack `shop-1`."""
    KeptForms(str(tmp_path)).write("shop-1", "results", {"a": 1})
    return tmp_path / "kept" / "shop-1" / "results.json"


def read(tmp_path: Path) -> dict[str, object]:
    return KeptForms(str(tmp_path)).read("shop-1", "results")


def test_document_is_read_as_it_was_written(tmp_path: Path, path: Path) -> None:
    assert read(tmp_path) == {"format": 1, "a": 1}
    assert [entry.name for entry in path.parent.iterdir()] == ["results.json"]


def test_only_the_user_can_read_it(path: Path) -> None:
    modes = [stat.S_IMODE(one.stat().st_mode) for one in (path, path.parent, path.parent.parent)]
    assert [f"{mode:o}" for mode in modes] == ["600", "700", "700"]


@pytest.mark.parametrize(
    "content", [b"", b"{", b"\xff", b"[]", b"null", b"1", b'{"a": 1}', b'{"format": 2, "a": 1}', b"[" * 100_000]
)
def test_damaged_or_newer_file_reads_as_missing_and_is_replaced(tmp_path: Path, path: Path, content: bytes) -> None:
    path.write_bytes(content)
    assert read(tmp_path) == {}
    KeptForms(str(tmp_path)).write("shop-1", "results", {"a": 2})
    assert read(tmp_path) == {"format": 1, "a": 2}


def test_link_pipe_and_folder_read_as_missing(tmp_path: Path, path: Path) -> None:
    elsewhere = path.rename(tmp_path / "elsewhere.json")
    path.symlink_to(elsewhere)
    assert read(tmp_path) == {}
    path.unlink()
    os.mkfifo(path)
    assert read(tmp_path) == {}
    path.unlink()
    path.mkdir()
    assert read(tmp_path) == {}
    KeptForms(str(tmp_path)).write("shop-1", "results", {"a": 2})
    assert read(tmp_path) == {}
    assert [entry.name for entry in path.parent.iterdir()] == ["results.json"]


def test_too_large_document_is_neither_written_nor_read(tmp_path: Path, path: Path) -> None:
    KeptForms(str(tmp_path)).write("shop-1", "results", {"a": "x" * MOST_BYTES})
    assert read(tmp_path) == {"format": 1, "a": 1}
    path.write_text(json.dumps({"format": 1, "a": "x" * MOST_BYTES}))
    assert read(tmp_path) == {}


def test_folder_that_cannot_be_written_keeps_nothing(tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("a file in its place")
    KeptForms(str(tmp_path)).write("shop-1", "results", {"a": 1})
    assert read(tmp_path) == {}
    KeptForms(str(tmp_path / "missing")).write("shop-1", "results", {"a": 1})
    assert not (tmp_path / "missing").exists()


@pytest.mark.parametrize("namespace", ["", ".", "..", "../x", "a/b", "A"])
def test_name_that_is_not_a_namespace_leads_nowhere(tmp_path: Path, path: Path, namespace: str) -> None:
    forms = KeptForms(str(tmp_path))
    forms.write(namespace, "results", {"a": 1})
    forms.remove(namespace)
    assert forms.read(namespace, "results") == {}
    assert path.exists()


def test_files_of_a_stack_go_when_the_registry_drops_it(tmp_path: Path) -> None:
    store = Store(str(tmp_path))
    with store.transaction() as records:
        for name in ("shop-1", "shop-2"):
            records.put(StackRecord(namespace=name, worktree="/work"))
    for name in ("shop-1", "shop-2"):
        store.kept.write(name, "results", {"a": 1})
    with store.transaction() as records:
        records.drop("shop-1")
    assert [entry.name for entry in (tmp_path / "kept").iterdir()] == ["shop-2"]
