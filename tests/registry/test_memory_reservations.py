"""Promises of memory: seen by others while their maker lives, and no longer."""

import subprocess
import sys
from pathlib import Path

import pytest

from wtc.errors import WtcError
from wtc.registry.dry_run_store import DryRunStore
from wtc.registry.store import Store

MAKER = """
import sys
from wtc.registry.store import Store
with Store(sys.argv[1]).admission() as promises:
    promise = promises.make("engine", {"boston_web": 400, "boston_db": 100})
print("promised", flush=True)
sys.stdin.read()
promise.end()
"""


def standing(config: Path, engine: str = "engine") -> dict[str, int]:
    with Store(str(config)).admission() as promises:
        return promises.current(engine)


@pytest.fixture
def maker(tmp_path: Path) -> "subprocess.Popen[bytes]":
    """Another process that has promised."""
    started = subprocess.Popen([sys.executable, "-c", MAKER, str(tmp_path)], stdin=subprocess.PIPE, stdout=-1)
    assert started.stdout is not None
    assert started.stdout.readline() == b"promised\n"
    return started


def test_dry_run_sees_reservations(tmp_path: Path, maker: "subprocess.Popen[bytes]") -> None:
    with DryRunStore(str(tmp_path)).admission() as promises:
        assert promises.current("engine") == {"boston_web": 400, "boston_db": 100}
    maker.communicate(b"")


def test_dry_run_creates_no_file_for_a_lock_that_was_never_taken(tmp_path: Path) -> None:
    with DryRunStore(str(tmp_path / "config")).admission() as promises:
        assert promises.current("engine") == {}
    assert list(tmp_path.iterdir()) == []


def test_reservation_counts_until_it_ends(tmp_path: Path, maker: "subprocess.Popen[bytes]") -> None:
    assert standing(tmp_path) == standing(tmp_path) == {"boston_web": 400, "boston_db": 100}
    assert standing(tmp_path, "another engine") == {}
    maker.communicate(b"")
    assert standing(tmp_path) == {}
    assert list((tmp_path / "memory").iterdir()) == []


def test_reservation_of_a_killed_process_is_removed(tmp_path: Path, maker: "subprocess.Popen[bytes]") -> None:
    maker.kill()
    maker.communicate()
    assert standing(tmp_path) == {}
    assert list((tmp_path / "memory").iterdir()) == []


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'{"engine": "engine"}', b'{"engine": "engine", "containers": 1}']
)
def test_file_that_is_not_a_reservation_counts_nothing(tmp_path: Path, content: bytes) -> None:
    store = Store(str(tmp_path))
    with store.admission() as promises:
        promise = promises.make("engine", {"web": 1})
        Path(promise.path).write_bytes(content)
        assert promises.current("engine") == {}
    promise.end()


def test_folder_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "memory").write_text("in the way")
    with Store(str(tmp_path)).admission() as promises, pytest.raises(WtcError, match="cannot write"):
        promises.make("engine", {"web": 1})
