"""What a container sends is unpacked where it was asked for, and nowhere else."""

import io
import os
import tarfile
from pathlib import Path

import pytest

from wtc.engine.archive_calls import packed, unpack


def tar(*members: tuple[str, str, str]) -> io.BytesIO:
    """(name, kind, content or link) -> a tar."""
    out = io.BytesIO()
    kinds = {"dir": tarfile.DIRTYPE, "file": tarfile.REGTYPE, "link": tarfile.SYMTYPE, "hard": tarfile.LNKTYPE}
    with tarfile.open(fileobj=out, mode="w") as made:
        for name, kind, content in members:
            entry = tarfile.TarInfo(name)
            entry.type, entry.mode = kinds[kind], 0o755 if kind == "dir" else 0o640
            entry.uid, entry.gid, entry.uname = 4711, 4712, "nobody-here"
            if kind == "file":
                entry.size = len(content)
            else:
                entry.linkname = content
            made.addfile(entry, io.BytesIO(content.encode()) if kind == "file" else None)
    out.seek(0)
    return out


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """A file beside the folder that is unpacked in."""
    (tmp_path / "out").mkdir()
    (tmp_path / "secret").write_text("untouched")
    return tmp_path / "secret"


@pytest.mark.parametrize(
    "members",
    [
        [("top", "dir", ""), ("top/../../secret", "file", "evil")],
        [("top", "dir", ""), ("../secret", "file", "evil")],
        [("top", "dir", ""), ("other/f", "file", "evil")],
        [("top", "dir", ""), ("top/way", "link", "../.."), ("top/way/secret", "file", "evil")],
        [("top", "dir", ""), ("top/way", "link", "/"), ("top/way/tmp/wtc-evil", "file", "evil")],
        [
            ("top", "dir", ""),
            ("top/way", "link", ".."),
            ("top/there", "link", "way/.."),
            ("top/there/secret", "dir", ""),
        ],
        [("top", "dir", ""), ("top/taken", "hard", "../secret")],
        [("top", "dir", ""), ("top/taken", "hard", "top/../../secret")],
    ],
)
def test_nothing_gets_outside(tmp_path: Path, secret: Path, members: list[tuple[str, str, str]]) -> None:
    with pytest.raises(tarfile.TarError):
        unpack(tar(*members), str(tmp_path / "out"), "new")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "secret"]
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["new"]
    assert (secret.read_text(), secret.stat().st_nlink) == ("untouched", 1)


def test_a_file_does_not_go_through_a_link_of_its_own_name(tmp_path: Path, secret: Path) -> None:
    members = [("top", "dir", ""), ("top/f", "link", "../../secret"), ("top/f", "file", "new")]
    unpack(tar(*members), str(tmp_path / "out"), "new")
    assert secret.read_text() == "untouched"
    assert (tmp_path / "out" / "new" / "f").read_text() == "new"


def test_a_link_of_the_users_is_not_followed_out(tmp_path: Path, secret: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "out" / "sub").symlink_to(tmp_path / "elsewhere")
    with pytest.raises((tarfile.TarError, NotADirectoryError)):
        unpack(tar((".", "dir", ""), ("./sub", "dir", ""), ("./sub/f", "file", "new")), str(tmp_path / "out"), "")
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_no_folder_gives_way_to_a_file(tmp_path: Path) -> None:
    (tmp_path / "f").mkdir()
    (tmp_path / "f" / "kept").write_text("kept")
    with pytest.raises(IsADirectoryError):
        unpack(tar((".", "dir", ""), ("./f", "file", "new")), str(tmp_path), "")
    assert (tmp_path / "f" / "kept").read_text() == "kept"


def test_what_is_unpacked_is_the_callers_with_its_modes_and_links(tmp_path: Path) -> None:
    members = [
        *(("top", "dir", ""), ("top/f", "file", "text"), ("top/hard", "hard", "top/f")),
        *(("top/far", "link", "/etc/hostname"), ("top/sub", "dir", ""), ("top/sub/g", "file", "more")),
    ]
    unpack(tar(*members), str(tmp_path), "new")
    file = tmp_path / "new" / "f"
    assert (file.read_text(), file.stat().st_mode & 0o7777, file.stat().st_uid) == ("text", 0o640, os.geteuid())
    assert file.samefile(tmp_path / "new" / "hard")
    assert os.readlink(tmp_path / "new" / "far") == "/etc/hostname"
    assert (tmp_path / "new" / "sub" / "g").read_text() == "more"


def test_a_folder_without_write_permission_is_unpacked_whole(tmp_path: Path) -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as made:
        for name, mode in (("top", 0o500), ("top/sub", 0o500)):
            entry = tarfile.TarInfo(name)
            entry.type, entry.mode = tarfile.DIRTYPE, mode
            made.addfile(entry)
        made.addfile(tarfile.TarInfo("top/sub/f"), io.BytesIO())
    out.seek(0)
    unpack(out, str(tmp_path), "new")
    assert (tmp_path / "new" / "sub" / "f").exists()
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o500


def test_what_is_packed_and_unpacked_is_the_same(tmp_path: Path) -> None:
    source = tmp_path / "source"
    (source / "sub").mkdir(parents=True)
    (source / "f").write_bytes(os.urandom(300_000))
    (source / "sub" / "ünïcode").write_text("g")
    (source / "l").symlink_to("f")
    made = io.BytesIO(b"".join(packed(str(source), "source")))
    unpack(made, str(tmp_path), "copy")
    assert (tmp_path / "copy" / "f").read_bytes() == (source / "f").read_bytes()
    assert (tmp_path / "copy" / "sub" / "ünïcode").read_text() == "g"
    assert os.readlink(tmp_path / "copy" / "l") == "f"


def test_what_cannot_be_read_is_an_error_and_no_short_tar(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        list(packed(str(tmp_path / "nothing"), "nothing"))
