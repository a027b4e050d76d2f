"""Archives that are packed for a container and unpacked from one; for hostile archives see
`tests/engine/containers/test_hostile_archive.py`."""

import io
import os
import socket
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from wtc.engine.containers.archive_pack import WHOLE_BYTES, pack_archive, pack_entries
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


def pack(*entries: tuple[Path, str], unreadable: list[OSError] | None = None) -> Iterator[bytes]:
    errors: list[OSError] = [] if unreadable is None else unreadable
    return pack_entries([(str(path), name) for path, name in entries], unreadable=errors.append)


def test_entries_are_packed_under_their_names_and_folders_alone(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "f").write_text("text")
    (tmp_path / "link").symlink_to("nowhere")
    packed = pack((tmp_path / "sub", "app/sub"), (tmp_path / "sub" / "f", "app/g"), (tmp_path / "link", "app/l"))
    assert described(packed) == [("app/sub", "dir", ""), ("app/g", "file", "text"), ("app/l", "link", "nowhere")]


def test_entries_that_are_gone_or_special_are_skipped(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "f").write_text("text")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "socket"))
        names = ("pipe", "socket", "gone", "f/below", "f")
        assert described(pack(*((tmp_path / name, name) for name in names))) == [("f", "file", "text")]


def test_entry_that_cannot_be_read_is_reported_and_the_others_are_packed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "b"):
        (tmp_path / name).write_text(name)
    real = os.open

    def refuse(path: str, *rest: int, **options: int) -> int:
        if path == str(tmp_path / "a"):
            raise PermissionError(13, "Permission denied", path)
        return real(path, *rest, **options)

    monkeypatch.setattr(os, "open", refuse)
    errors: list[OSError] = []
    packed = pack(*((tmp_path / name, name) for name in ("a", "b")), unreadable=errors)
    assert described(packed) == [("b", "file", "b")]
    assert [(error.filename, error.strerror) for error in errors] == [(str(tmp_path / "a"), "Permission denied")]


@pytest.mark.parametrize("size", [0, 1, WHOLE_BYTES, WHOLE_BYTES + 1])
def test_entry_of_any_size_is_packed_whole(tmp_path: Path, size: int) -> None:
    (tmp_path / "f").write_bytes(b"x" * size)
    [(_, _, content)] = described(pack((tmp_path / "f", "f")))
    assert len(content) == size


def test_error_of_the_packing_is_raised_where_the_tar_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "f").write_bytes(b"x" * (WHOLE_BYTES + 1))
    real = os.fstat

    def longer(descriptor: int) -> os.stat_result:
        found = list(real(descriptor))
        found[6] += 1024
        return os.stat_result(found)

    monkeypatch.setattr(os, "fstat", longer)
    with pytest.raises(OSError, match="unexpected end of data") as caught:
        list(pack((tmp_path / "f", "f")))
    assert caught.value.filename == str(tmp_path / "f")
