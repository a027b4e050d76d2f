"""The registry continues in memory where labels describe the stack."""

import errno
import os
from pathlib import Path

import pytest

from wtc.errors import NewerRegistryError, RegistryError
from wtc.registry.fallback_store import FallbackStore
from wtc.registry.stack_records import StackRecord
from wtc.registry.store import Store

STACK = StackRecord(namespace="accra-a1b2c3", worktree="/w/accra")


@pytest.fixture
def reported() -> list[RegistryError]:
    return []


def fallback(directory: Path, reported: list[RegistryError], *, known: bool = True) -> FallbackStore:
    return FallbackStore(str(directory), is_known=lambda: known, report=reported.append, waiting=lambda _line: None)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file in place of the configuration folder."""
    (tmp_path / "file").write_text("")
    return tmp_path / "file"


def use_all(store: Store) -> None:
    store.require()
    with store.stack_lock("accra-a1b2c3"), store.transaction() as records:
        records.put(STACK)
    with store.admission() as reservations:
        reservation = reservations.make("engine", {"accra-a1b2c3_web": 1})
    reservation.end()


def test_known_stack_continues_in_memory_with_one_report(file: Path, reported: list[RegistryError]) -> None:
    store = fallback(file, reported)
    use_all(store)
    use_all(store)
    assert store.read().stacks == {STACK.namespace: STACK}
    assert [error.message for error in reported] == [f"cannot write the registry in `{file}`"]
    assert file.read_text() == ""


def test_unknown_stack_is_refused(file: Path, reported: list[RegistryError]) -> None:
    store = fallback(file, reported, known=False)
    with pytest.raises(RegistryError), store.transaction():
        pytest.fail("the registry cannot be written")
    with pytest.raises(RegistryError), store.stack_lock("accra-a1b2c3"):
        pytest.fail("the lock cannot be taken")
    assert reported == []


def test_writable_registry_is_written(tmp_path: Path, reported: list[RegistryError]) -> None:
    use_all(fallback(tmp_path, reported))
    assert Store(str(tmp_path)).read().stacks == {STACK.namespace: STACK}
    assert reported == []


def test_full_disk_keeps_the_change_in_memory(
    tmp_path: Path, reported: list[RegistryError], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    store = fallback(tmp_path, reported)
    monkeypatch.setattr(os, "fsync", fail)
    with store.transaction() as records:
        records.put(STACK)
    assert store.read().stacks == {STACK.namespace: STACK}
    assert [error.causes for error in reported] == [("no space left on device",)]


def test_newer_registry_is_refused(tmp_path: Path, reported: list[RegistryError]) -> None:
    content = b'{"version": 99, "stacks": {}}\n'
    (tmp_path / "registry.json").write_bytes(content)
    store = fallback(tmp_path, reported)
    with pytest.raises(NewerRegistryError):
        store.require()
    with pytest.raises(NewerRegistryError), store.transaction():
        pytest.fail("the registry cannot be read")
    assert (tmp_path / "registry.json").read_bytes() == content


def test_error_of_the_body_is_raised(tmp_path: Path, reported: list[RegistryError]) -> None:
    store = fallback(tmp_path, reported)
    with pytest.raises(RegistryError, match="of the body"), store.transaction():
        raise RegistryError("of the body")
    with pytest.raises(RegistryError, match="of the body"), store.stack_lock("accra-a1b2c3"):
        raise RegistryError("of the body")
    assert (reported, store.read().stacks) == ([], {})
