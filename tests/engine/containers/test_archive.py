"""Archives that are packed for a container and unpacked from one; for hostile archives see
`tests/engine/containers/test_hostile_archive.py`."""

import io
import os
import socket
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from wtc.engine.containers.archive_pack import pack_archive
from wtc.engine.containers.archive_unpack import unpack_archive

KINDS = {"dir": tarfile.DIRTYPE, "file": tarfile.REGTYPE, "link": tarfile.SYMTYPE, "hard": tarfile.LNKTYPE}


def tar(*members: tuple[str, str, str]) -> io.BytesIO:
    """(name, kind, content or link) -> a tar."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as made:
        for name, kind, content in members:
            entry = tarfile.TarInfo(name)
            entry.type, entry.mode = KINDS[kind], 0o755 if kind == "dir" else 0o640
            entry.uid, entry.gid, entry.uname = 4711, 4712, "unknown-user"
            if kind == "file":
                entry.size = len(content)
            else:
                entry.linkname = content
            made.addfile(entry, io.BytesIO(content.encode()) if kind == "file" else None)
    out.seek(0)
    return out


def described(packing: Iterator[bytes]) -> list[tuple[str, str, str]]:
    """A tar -> (name, kind, content or link)."""
    kinds = {kind: name for name, kind in KINDS.items()}
    with tarfile.open(fileobj=io.BytesIO(b"".join(packing))) as made:
        return [
            (entry.name, kinds[entry.type], content.read().decode() if content else entry.linkname)
            for entry in made
            for content in [made.extractfile(entry) if entry.isreg() else None]
        ]


def test_folder_is_not_replaced_by_a_file(tmp_path: Path) -> None:
    (tmp_path / "f").mkdir()
    (tmp_path / "f" / "kept").write_text("kept")
    with pytest.raises(IsADirectoryError):
        unpack_archive(tar((".", "dir", ""), ("./f", "file", "new")), str(tmp_path), "")
    assert (tmp_path / "f" / "kept").read_text() == "kept"


def test_unpacked_files_belong_to_the_caller_and_keep_modes_and_links(tmp_path: Path) -> None:
    members = [
        *(("top", "dir", ""), ("top/f", "file", "text"), ("top/hard", "hard", "top/f")),
        *(("top/far", "link", "/etc/hostname"), ("top/sub", "dir", ""), ("top/sub/g", "file", "more")),
    ]
    unpack_archive(tar(*members), str(tmp_path), "new")
    file = tmp_path / "new" / "f"
    assert (file.read_text(), file.stat().st_mode & 0o7777, file.stat().st_uid) == ("text", 0o640, os.geteuid())
    assert file.samefile(tmp_path / "new" / "hard")
    assert os.readlink(tmp_path / "new" / "far") == "/etc/hostname"
    assert (tmp_path / "new" / "sub" / "g").read_text() == "more"


def test_folder_without_write_permission_is_unpacked_completely(tmp_path: Path) -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as made:
        for name, mode in (("top", 0o500), ("top/sub", 0o500)):
            entry = tarfile.TarInfo(name)
            entry.type, entry.mode = tarfile.DIRTYPE, mode
            made.addfile(entry)
        made.addfile(tarfile.TarInfo("top/sub/f"), io.BytesIO())
    out.seek(0)
    unpack_archive(out, str(tmp_path), "new")
    assert (tmp_path / "new" / "sub" / "f").exists()
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o500


def test_packing_and_unpacking_keeps_the_files(tmp_path: Path) -> None:
    source = tmp_path / "source"
    (source / "sub").mkdir(parents=True)
    (source / "f").write_bytes(os.urandom(300_000))
    (source / "sub" / "ünïcode").write_text("g")
    (source / "l").symlink_to("f")
    made = io.BytesIO(b"".join(pack_archive(str(source), "source")))
    unpack_archive(made, str(tmp_path), "copy")
    assert (tmp_path / "copy" / "f").read_bytes() == (source / "f").read_bytes()
    assert (tmp_path / "copy" / "sub" / "ünïcode").read_text() == "g"
    assert os.readlink(tmp_path / "copy" / "l") == "f"


def test_symbolic_and_hard_links_are_packed_as_links(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (tmp_path / "outside").write_text("secret")
    (source / "f").write_text("text")
    (source / "out").symlink_to(tmp_path / "outside")
    (source / "hard").hardlink_to(source / "f")
    os.link(source / "out", source / "out-too", follow_symlinks=False)
    assert described(pack_archive(str(source), "new")) == [
        ("new", "dir", ""),
        ("new/f", "file", "text"),
        ("new/hard", "hard", "new/f"),
        ("new/out", "link", f"{tmp_path}/outside"),
        ("new/out-too", "link", f"{tmp_path}/outside"),
    ]


def test_hard_link_to_a_symbolic_link_becomes_a_symbolic_link(tmp_path: Path) -> None:
    unpack_archive(tar(("top", "dir", ""), ("top/l", "link", "f"), ("top/m", "hard", "top/l")), str(tmp_path), "new")
    assert os.readlink(tmp_path / "new" / "m") == "f"


def test_sparse_file_stays_sparse(tmp_path: Path) -> None:
    with open(tmp_path / "source", "wb") as file:
        file.write(b"begin")
        file.seek(8_000_000)
        file.write(b"end")
        file.truncate(16_000_000)
    unpack_archive(io.BytesIO(b"".join(pack_archive(str(tmp_path / "source"), "f"))), str(tmp_path), "copy")
    assert (tmp_path / "copy").read_bytes() == (tmp_path / "source").read_bytes()
    assert (tmp_path / "copy").stat().st_blocks * 512 < 1_000_000


def test_socket_in_a_folder_is_skipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "s").mkdir()
    monkeypatch.chdir(tmp_path / "s")  # the path of a socket has a small limit
    with socket.socket(socket.AF_UNIX) as made:
        made.bind("socket")
        assert described(pack_archive(str(tmp_path / "s"), "s")) == [("s", "dir", "")]
        with pytest.raises(OSError, match="Is a socket") as caught:
            list(pack_archive(str(tmp_path / "s" / "socket"), "s"))
    assert caught.value.filename == str(tmp_path / "s" / "socket")


@pytest.mark.parametrize("source", ["folder", "folder/pipe"])
def test_named_pipe_is_an_error_that_names_it_and_never_blocks(tmp_path: Path, source: str) -> None:
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "folder" / "pipe")
    with pytest.raises(OSError, match="Is a device or a named pipe") as caught:
        list(pack_archive(str(tmp_path / source), "x"))
    assert caught.value.filename == str(tmp_path / "folder" / "pipe")


def test_device_is_an_error_that_names_it() -> None:
    with pytest.raises(OSError, match="Is a device or a named pipe") as caught:
        list(pack_archive("/dev/null", "x"))
    assert caught.value.filename == "/dev/null"


def test_unreadable_file_is_an_error_and_not_a_short_tar(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        list(pack_archive(str(tmp_path / "nothing"), "nothing"))
