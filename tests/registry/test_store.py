"""The registry file under damage, refusal and sudden death."""

import errno
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from wtc.errors import WtcError
from wtc.registry.record import StackRecord
from wtc.registry.store import Store


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return tmp_path / "config" / "wtc"


def record(worktree: str, **ports: int) -> StackRecord:
    return StackRecord(worktree=worktree, namespace=worktree.strip("/"), ports=ports)


def write(store: Store, *records: StackRecord) -> None:
    with store.transaction() as ledger:
        for each in records:
            ledger.put(each)


def test_reading_makes_nothing(config: Path) -> None:
    assert Store(str(config)).read().stacks == {}
    assert not config.exists()


def test_what_one_writes_another_reads(config: Path) -> None:
    write(Store(str(config)), record("/w/a", web=20001))
    assert Store(str(config)).read().stacks == {"/w/a": record("/w/a", web=20001)}


def test_file_and_folders_are_the_users_alone(config: Path) -> None:
    store = Store(str(config))
    write(store, record("/w/a"))
    with store.stack_lock("a-1"):
        pass
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (config, *config.rglob("*"))}
    assert modes == {
        "wtc": 0o700,
        "registry.json": 0o600,
        "registry.lock": 0o600,
        "locks": 0o700,
        "a-1.lock": 0o600,
    }


def test_a_failed_transaction_writes_nothing(config: Path) -> None:
    store = Store(str(config))
    write(store, record("/w/a"))
    with suppress(ZeroDivisionError), store.transaction() as ledger:
        ledger.drop("/w/a")
        raise ZeroDivisionError
    assert list(store.read().stacks) == ["/w/a"]


def test_a_transaction_that_changes_nothing_leaves_the_file_alone(config: Path) -> None:
    store = Store(str(config))
    write(store, record("/w/a", web=1))
    before = (config / "registry.json").stat()
    write(store, record("/w/a", web=1))
    after = (config / "registry.json").stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def garbage(path: Path) -> None:
    path.write_bytes(b"\x00garbage")


def newer(path: Path) -> None:
    path.write_text('{"version": 99, "worktrees": {}}')


def fifo(path: Path) -> None:
    os.mkfifo(path)


def loop(path: Path) -> None:
    path.symlink_to(path)


DAMAGES = [garbage, newer, Path.mkdir, fifo, loop]


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_registry_is_put_aside_and_said(config: Path, damage: Callable[[Path], None]) -> None:
    config.mkdir(parents=True)
    damage(config / "registry.json")
    shape = stat.S_IFMT((config / "registry.json").lstat().st_mode)
    ledger = Store(str(config)).read()
    assert ledger.stacks == {}
    (warning,) = ledger.warnings
    assert str(config / "registry.json.damaged-1") in warning
    assert stat.S_IFMT((config / "registry.json.damaged-1").lstat().st_mode) == shape
    assert not os.path.lexists(config / "registry.json")


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_transaction_goes_on_from_a_damaged_registry(config: Path, damage: Callable[[Path], None]) -> None:
    config.mkdir(parents=True)
    damage(config / "registry.json")
    store = Store(str(config))
    with store.transaction() as ledger:
        assert len(ledger.warnings) == 1
        ledger.adopt("/w/a", "a-1", {"web/80/tcp": 20001})
    assert store.read().stacks["/w/a"].ports == {"web/80/tcp": 20001}
    assert store.read().warnings == ()


def test_each_damaged_registry_is_kept(config: Path) -> None:
    config.mkdir(parents=True)
    for content in (b"first", b"second"):
        (config / "registry.json").write_bytes(content)
        Store(str(config)).read()
    assert (config / "registry.json.damaged-1").read_bytes() == b"first"
    assert (config / "registry.json.damaged-2").read_bytes() == b"second"


@pytest.mark.parametrize("code", [errno.EACCES, errno.EROFS, errno.ENOSPC])
@pytest.mark.parametrize("call", ["mkdir", "fsync"])
def test_a_folder_that_cannot_be_written_is_named_with_its_setting(
    config: Path, monkeypatch: pytest.MonkeyPatch, code: int, call: str
) -> None:
    def refuse(*_arguments: object, **_options: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(Path if call == "mkdir" else os, call, refuse)
    with pytest.raises(WtcError) as raised:
        write(Store(str(config)), record("/w/a"))
    assert raised.value.message == f"cannot write the registry in `{config}`"
    assert raised.value.causes == (os.strerror(code).lower(),)
    assert any("WTC_CONFIG_DIR" in hint for hint in raised.value.hints)


def test_a_full_disk_leaves_the_registry_as_it_was(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(str(config))
    write(store, record("/w/a"))

    def refuse(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", refuse)
        with pytest.raises(WtcError):
            write(store, record("/w/b"))
    assert list(store.read().stacks) == ["/w/a"]
    write(store, record("/w/b"))
    assert list(store.read().stacks) == ["/w/a", "/w/b"]


@pytest.mark.parametrize("below", ["", "wtc"])
def test_a_file_in_the_folders_place_is_an_error_not_a_crash(tmp_path: Path, below: str) -> None:
    (tmp_path / "file").write_text("")
    store = Store(str(tmp_path / "file" / below))
    assert store.read().stacks == {}
    with pytest.raises(WtcError, match="cannot write the registry"):
        write(store, record("/w/a"))


def test_a_damaged_registry_that_cannot_be_moved_is_still_said(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config.mkdir(parents=True)
    garbage(config / "registry.json")

    def refuse(*_arguments: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(Path, "rename", refuse)
    (warning,) = Store(str(config)).read().warnings
    assert "cannot be used" in warning


def test_a_registry_that_cannot_be_read_is_an_error(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(Store(str(config)), record("/w/a"))

    def refuse(*_arguments: object) -> int:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(WtcError, match=r"cannot read the registry `.*registry\.json`"):
        Store(str(config)).read()


DIES_AT_EACH_LINE = """
import itertools, os, signal, sys
from wtc.registry.record import StackRecord
from wtc.registry.store import Store

store = Store(sys.argv[1])

def lease(port):
    with store.transaction() as ledger:
        ledger.put(StackRecord(worktree="/w/a", namespace="a-1", ports={"web/80/tcp": port}))

def leased():
    ledger = store.read()
    assert ledger.warnings == (), ledger.warnings
    return ledger.stacks["/w/a"].ports["web/80/tcp"]

def die_at_line(last):
    lines = itertools.count(1)
    def trace(frame, event, argument):
        if "/wtc/registry/" not in frame.f_code.co_filename or frame.f_code.co_filename.endswith("record.py"):
            return None  # only what touches the disk, and that by wtc's own lines
        if event == "line" and next(lines) == last:
            os.kill(os.getpid(), signal.SIGKILL)
        return trace
    return trace

lease(1)
for last in itertools.count(1):
    before, new = leased(), 1 + last
    if not (child := os.fork()):
        sys.settrace(die_at_line(last))
        lease(new)
        sys.settrace(None)
        os._exit(0)
    status = os.waitpid(child, 0)[1]
    assert leased() in {before, new}, last
    if os.WIFEXITED(status):
        break
lease(65535)
print(last)
"""


def test_a_kill_at_any_instant_leaves_a_whole_registry_and_a_free_lock(config: Path) -> None:
    found = subprocess.run(
        [sys.executable, "-c", DIES_AT_EACH_LINE, str(config)], capture_output=True, text=True, check=False, timeout=120
    )
    assert found.stderr == ""
    assert int(found.stdout) > 40
    assert Store(str(config)).read().stacks["/w/a"].ports == {"web/80/tcp": 65535}
    assert {path.name for path in config.iterdir()} <= {"registry.json", "registry.json.new", "registry.lock"}


def test_who_only_reads_does_not_pay_for_locks(config: Path) -> None:
    write(Store(str(config)), record("/w/a"))
    reads = "import sys; from wtc.registry.store import Store; Store(sys.argv[1]).read(); print(*sys.modules)"
    found = subprocess.run([sys.executable, "-c", reads, str(config)], capture_output=True, text=True, check=True)
    assert "filelock" not in found.stdout.split()
