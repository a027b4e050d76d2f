"""The registry file under damage, refusal and sudden death."""

import errno
import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from tests.port_ids import by_id
from wtc.errors import Exit, NewerRegistryError, RegistryError, WtcError
from wtc.model.namespace import Namespace
from wtc.registry.stack_records import StackRecord
from wtc.registry.store import Store

A = Namespace(name="a-1", worktree="/w/a")


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return tmp_path / "config" / "wtc"


def record(namespace: str, **ports: int) -> StackRecord:
    leases = {f"{service}/80/tcp": port for service, port in ports.items()}
    return StackRecord(worktree=f"/w/{namespace}", namespace=namespace, ports=by_id(leases))


def write(store: Store, *records: StackRecord) -> None:
    with store.transaction() as ledger:
        for each in records:
            ledger.put(each)


def test_reading_creates_nothing(config: Path) -> None:
    assert Store(str(config)).read().stacks == {}
    assert not config.exists()


def test_another_store_reads_what_was_written(config: Path) -> None:
    write(Store(str(config)), record("a-1", web=20001))
    assert Store(str(config)).read().stacks == {"a-1": record("a-1", web=20001)}


def test_file_and_folders_are_readable_by_the_user_only(config: Path) -> None:
    store = Store(str(config))
    write(store, record("a-1"))
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
    write(store, record("a-1"))
    with suppress(ZeroDivisionError), store.transaction() as records:
        records.drop("a-1")
        raise ZeroDivisionError
    assert list(store.read().stacks) == ["a-1"]


def test_a_transaction_that_changes_nothing_leaves_the_file_alone(config: Path) -> None:
    store = Store(str(config))
    write(store, record("a-1", web=1))
    before = (config / "registry.json").stat()
    write(store, record("a-1", web=1))
    after = (config / "registry.json").stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def garbage(path: Path) -> None:
    path.write_bytes(b"\x00garbage")


def fifo(path: Path) -> None:
    os.mkfifo(path)


def loop(path: Path) -> None:
    path.symlink_to(path)


def huge(path: Path) -> None:
    path.touch()
    os.truncate(path, 1 << 40)


DAMAGES = [garbage, Path.mkdir, fifo, loop, huge]


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_registry_is_kept_aside_and_reported(config: Path, damage: Callable[[Path], None]) -> None:
    config.mkdir(parents=True)
    damage(config / "registry.json")
    shape = stat.S_IFMT((config / "registry.json").lstat().st_mode)
    records = Store(str(config)).read()
    assert records.stacks == {}
    (warning,) = records.warnings
    assert str(config / "registry.json.damaged-1") in warning
    assert stat.S_IFMT((config / "registry.json.damaged-1").lstat().st_mode) == shape
    assert not os.path.lexists(config / "registry.json")


@pytest.mark.parametrize("damage", DAMAGES)
def test_transaction_continues_with_a_damaged_registry(config: Path, damage: Callable[[Path], None]) -> None:
    config.mkdir(parents=True)
    damage(config / "registry.json")
    store = Store(str(config))
    with store.transaction() as records:
        assert len(records.warnings) == 1
        records.adopt(A, by_id({"web/80/tcp": 20001}))
    assert store.read().stacks["a-1"].ports == by_id({"web/80/tcp": 20001})
    assert store.read().warnings == ()


MIXED = b"""{"version": 2, "stacks": {
  "../../evil": {"worktree": "/w/evil"}, "b-1": {"worktree": "w"},
  "a-1": {"worktree": "/w/a-1", "ports": {"web/80/tcp": 1}}
}}"""


@pytest.mark.parametrize("by_transaction", [False, True])
def test_an_entry_that_is_not_valid_is_dropped_and_the_file_is_kept(config: Path, *, by_transaction: bool) -> None:
    config.mkdir(parents=True)
    (config / "registry.json").write_bytes(MIXED)
    store, aside = Store(str(config)), config / "registry.json.damaged-1"
    if by_transaction:
        with store.transaction() as records:
            pass
    else:
        records = store.read()
    assert records.stacks == {"a-1": record("a-1", web=1)}
    assert records.warnings == tuple(
        f"the registry `{config / 'registry.json'}` was damaged: entry `{name}` was dropped,"
        f" because its `{field}` is not valid; it was kept as `{aside}`"
        for name, field in (("../../evil", "namespace"), ("b-1", "worktree"))
    )
    assert aside.read_bytes() == MIXED
    again = Store(str(config)).read()
    assert (again.stacks, again.warnings) == (records.stacks, ())


def test_valid_entries_stay_usable_if_the_damaged_file_cannot_be_kept(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config.mkdir(parents=True)
    (config / "registry.json").write_bytes(MIXED)

    def refuse(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", refuse)
    records = Store(str(config)).read()
    assert list(records.stacks) == ["a-1"]
    assert len(records.warnings) == 2
    assert (config / "registry.json").read_bytes() == MIXED


def test_a_registry_of_version_1_becomes_version_2_at_the_next_write(config: Path) -> None:
    config.mkdir(parents=True)
    old = '{"version": 1, "worktrees": {"/w/a-1": {"namespace": "a-1", "ports": {"web/80/tcp": 1}}}}'
    (config / "registry.json").write_text(old)
    store = Store(str(config))
    assert store.read().stacks == {"a-1": record("a-1", web=1)}
    assert (config / "registry.json").read_text() == old
    write(store, record("b-1"))
    assert json.loads((config / "registry.json").read_bytes())["version"] == 2
    assert store.read().stacks == {"a-1": record("a-1", web=1), "b-1": record("b-1")}


def test_a_newer_registry_is_refused_and_never_changed(config: Path) -> None:
    config.mkdir(parents=True)
    newer = b'{ "version": 3,  "unknown": [] }'
    (config / "registry.json").write_bytes(newer)
    store = Store(str(config))
    records = store.read()
    assert (records.stacks, records.warnings) == ({}, ())
    assert isinstance(records.refusal, NewerRegistryError)
    for call in (store.require, lambda: write(store, record("a-1"))):
        with pytest.raises(NewerRegistryError) as raised:
            call()
        assert raised.value.exit_status == Exit.FAILED
        assert raised.value.message == (
            f"a newer wtc wrote the registry `{config / 'registry.json'}`:"
            " it has version 3, and this wtc reads versions up to 2"
        )
        assert raised.value.hints == (
            "to use it, run `uv tool upgrade worktree-container-manager`",
            "to use another registry, set `WTC_CONFIG_DIR`",
        )
    assert (config / "registry.json").read_bytes() == newer
    assert {path.name for path in config.iterdir()} == {"registry.json", "registry.lock"}


def test_require_does_not_change_a_damaged_registry(config: Path) -> None:
    config.mkdir(parents=True)
    garbage(config / "registry.json")
    store = Store(str(config))
    store.require()
    assert len(store.read().warnings) == 1


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

    monkeypatch.setattr(os, call, refuse)
    with pytest.raises(WtcError) as raised:
        write(Store(str(config)), record("a-1"))
    assert raised.value.message == f"cannot write the registry in `{config}`"
    assert raised.value.causes == (os.strerror(code).lower(),)
    assert any("WTC_CONFIG_DIR" in hint for hint in raised.value.hints)


def test_a_full_disk_leaves_the_registry_as_it_was(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(str(config))
    write(store, record("a-1"))

    def refuse(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", refuse)
        with pytest.raises(WtcError):
            write(store, record("b-1"))
    assert list(store.read().stacks) == ["a-1"]
    write(store, record("b-1"))
    assert list(store.read().stacks) == ["a-1", "b-1"]


@pytest.mark.parametrize("below", ["", "wtc"])
def test_file_in_place_of_the_folder_is_an_error(tmp_path: Path, below: str) -> None:
    (tmp_path / "file").write_text("")
    store = Store(str(tmp_path / "file" / below))
    assert store.read().stacks == {}
    with pytest.raises(WtcError, match="cannot write the registry"):
        write(store, record("a-1"))


def test_damaged_registry_that_cannot_be_moved_is_still_reported(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config.mkdir(parents=True)
    garbage(config / "registry.json")

    def refuse(*_arguments: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(os, "rename", refuse)
    (warning,) = Store(str(config)).read().warnings
    assert "is damaged" in warning


def test_a_registry_that_cannot_be_read_reads_as_empty_and_is_not_written(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(Store(str(config)), record("a-1"))

    def refuse(*_arguments: object) -> int:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(os, "open", refuse)
    store = Store(str(config))
    refusal = store.read().refusal
    assert refusal is not None
    assert refusal.message == f"cannot read the registry `{config / 'registry.json'}`"
    for call in (store.require, lambda: write(store, record("a-1"))):
        with pytest.raises(RegistryError, match="cannot"):
            call()


DIES_AT_EACH_LINE = """
import itertools, os, signal, sys
from wtc.model.ports import PortId
from wtc.registry.stack_records import StackRecord
from wtc.registry.store import Store

store = Store(sys.argv[1])
WEB = PortId(service="web", target=80, protocol="tcp")

def lease(port):
    with store.transaction() as ledger:
        ledger.put(StackRecord(worktree="/w/a", namespace="a-1", ports={WEB: port}))

def leased():
    ledger = store.read()
    assert ledger.warnings == (), ledger.warnings
    return ledger.stacks["a-1"].ports[WEB]

def die_at_line(last):
    lines = itertools.count(1)
    def trace(frame, event, argument):
        file = frame.f_code.co_filename
        if "/wtc/registry/" not in file or file.endswith(("stack_records.py", "codec.py")):
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


def test_kill_at_any_line_leaves_a_valid_registry_and_a_free_lock(config: Path) -> None:
    found = subprocess.run(
        [sys.executable, "-c", DIES_AT_EACH_LINE, str(config)], capture_output=True, text=True, check=False, timeout=120
    )
    assert found.stderr == ""
    assert int(found.stdout) > 40
    assert Store(str(config)).read().stacks["a-1"].ports == by_id({"web/80/tcp": 65535})
    assert {path.name for path in config.iterdir()} <= {"registry.json", "registry.json.new", "registry.lock"}


def test_reading_does_not_import_filelock(config: Path) -> None:
    write(Store(str(config)), record("a-1"))
    reads = "import sys; from wtc.registry.store import Store; Store(sys.argv[1]).read(); print(*sys.modules)"
    found = subprocess.run([sys.executable, "-c", reads, str(config)], capture_output=True, text=True, check=True)
    assert "filelock" not in found.stdout.split()
