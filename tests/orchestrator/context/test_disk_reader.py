"""Reading files from the disk, without waiting for pipes and devices."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import pytest

from wtc import regular_file
from wtc.orchestrator.context import disk_reader
from wtc.orchestrator.context.disk_reader import DiskReader


@pytest.fixture
def reader() -> DiskReader:
    return DiskReader()


def test_a_file_is_read_as_it_is(reader: DiskReader, tmp_path: Path) -> None:
    file = tmp_path / "compose.yaml"
    file.write_bytes(b"\xef\xbb\xbfa: \r\n\xff")
    assert reader.read(str(file)) == b"\xef\xbb\xbfa: \r\n\xff"
    assert reader.is_file(str(file))
    assert not reader.is_dir(str(file))


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc")
def test_a_file_without_a_size_is_read_to_its_end(reader: DiskReader) -> None:
    assert b"Name:" in reader.read("/proc/self/status")


def test_the_null_device_is_an_empty_file(reader: DiskReader) -> None:
    assert reader.is_file(os.devnull)
    assert reader.read(os.devnull) == b""


def folder(path: Path) -> None:
    path.mkdir()


def pipe(path: Path) -> None:
    os.mkfifo(path)


def unix_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))


def device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def dangling(path: Path) -> None:
    path.symlink_to("nowhere")


def loop(path: Path) -> None:
    path.symlink_to(path.name)


def nothing(path: Path) -> None:
    pass


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (folder, IsADirectoryError),
        (pipe, OSError),
        (unix_socket, OSError),
        (device, OSError),
        (dangling, FileNotFoundError),
        (loop, OSError),
        (nothing, FileNotFoundError),
    ],
)
def test_path_that_is_not_a_file_is_an_error_that_names_it(
    reader: DiskReader, tmp_path: Path, make: Callable[[Path], None], kind: type[OSError]
) -> None:
    path = tmp_path / "x"
    make(path)
    with pytest.raises(kind) as raised:
        reader.read(str(path))
    assert raised.value.filename == str(path)
    assert raised.value.strerror
    assert not reader.is_file(str(path))
    assert reader.is_dir(str(path)) == (make is folder)


def test_path_with_a_null_byte_does_not_exist(reader: DiskReader) -> None:
    assert not reader.is_file("/a\0b")
    assert not reader.is_dir("/a\0b")
    assert reader.real_path("/a\0b") == "/a\0b"
    with pytest.raises(FileNotFoundError):
        reader.read("/a\0b")


def test_a_file_over_the_limit_is_refused(reader: DiskReader, tmp_path: Path) -> None:
    file = tmp_path / "huge"
    with file.open("wb") as sparse:
        sparse.truncate((64 << 20) + 1)
    with pytest.raises(OSError, match="larger than 64 MiB"):
        reader.read(str(file))


def test_a_file_that_grows_past_the_limit_is_refused(
    reader: DiskReader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "growing"
    file.write_bytes(b"12345")

    def unchecked(_found: os.stat_result, _path: str, _limit_bytes: int) -> None:
        pass

    monkeypatch.setattr(disk_reader, "read_regular_file", partial(regular_file.read_regular_file, limit_bytes=4))
    monkeypatch.setattr(regular_file, "_check", unchecked)
    with pytest.raises(OSError, match="larger than"):
        reader.read(str(file))


def test_a_real_path_has_no_links_as_far_as_it_exists(reader: DiskReader, tmp_path: Path) -> None:
    real = Path(os.path.realpath(tmp_path))
    (real / "there").mkdir()
    (real / "link").symlink_to("there")
    assert reader.real_path(f"{real}/link/not/yet") == f"{real}/there/not/yet"


def run(program: str, *arguments: str, stdin: bytes = b"", descriptors: Sequence[int] = ()) -> str:
    preamble = "import sys; from wtc.orchestrator.context.disk_reader import DiskReader; reader = DiskReader();"
    command = [sys.executable, "-c", preamble + program, *arguments]
    found = subprocess.run(command, input=stdin, capture_output=True, check=True, timeout=60, pass_fds=descriptors)
    return found.stdout.decode()


def test_standard_input_is_read_once_and_kept() -> None:
    program = "print(reader.is_file('-'), reader.real_path('-'), reader.read('-'), reader.read('-'))"
    assert run(program, stdin=b"services:") == "True - b'services:' b'services:'\n"


def test_closed_standard_input_is_an_error() -> None:
    program = "sys.stdin = None\ntry: reader.read('-')\nexcept OSError as error: print(error.strerror, error.filename)"
    assert run(f"exec({program!r})") == "Standard input is closed -\n"


def test_a_pipe_that_the_shell_hands_over_is_read_once_and_kept() -> None:
    program = "path = sys.argv[1]; print(reader.is_file(path), reader.read(path), reader.read(reader.real_path(path)))"
    read, write = os.pipe()
    os.write(write, b"services:")
    os.close(write)
    assert run(program, f"/dev/fd/{read}", descriptors=[read]) == "True b'services:' b'services:'\n"
    os.close(read)
