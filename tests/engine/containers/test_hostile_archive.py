"""Archives from a hostile container: nothing outside of the destination is written, linked to or changed."""

import io
import os
import tarfile
from pathlib import Path
from typing import Any

import pytest

from wtc.engine.containers.archive_unpack import unpack_archive

Member = dict[str, Any]
TIME_S = 1_000_000_000


def folder(name: str, **given: Any) -> Member:
    return {"name": name, "type": tarfile.DIRTYPE, "mode": 0o755, **given}


def file(name: str, content: str = "evil", **given: Any) -> Member:
    return {"name": name, "content": content.encode(), "mode": 0o777, **given}


def link(name: str, to: str) -> Member:
    return {"name": name, "type": tarfile.SYMTYPE, "linkname": to, "mode": 0o777}


def hard(name: str, to: str) -> Member:
    return {"name": name, "type": tarfile.LNKTYPE, "linkname": to, "mode": 0o777}


def special(name: str, kind: bytes) -> Member:
    return {"name": name, "type": kind, "mode": 0o666, "devmajor": 1, "devminor": 3}


def archive(*members: Member) -> io.BytesIO:
    """A tar of the members as they are, even if they are not valid."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as made:
        for member in members:
            entry = tarfile.TarInfo()
            content = member.get("content", b"")
            given = {"size": len(content), "mtime": TIME_S, "uid": 4711, "gid": 4711, **member}
            for name, value in given.items():
                if name != "content":
                    setattr(entry, name, value)
            if content:
                made.addfile(entry, io.BytesIO(content))
            else:
                # Python 3.13 refuses to write the header of a member whose size differs from its content.
                header = entry.tobuf(made.format, made.encoding or "utf-8", made.errors or "strict")
                out.write(header)
                made.offset += len(header)
    out.seek(0)
    return out


TOP = folder("top")
# `{outside}` is the absolute path of a folder beside the destination; it has the file `secret` and the folder `inner`.
REFUSED: dict[str, list[Member]] = {
    "name with `..`": [TOP, file("top/../../outside/secret")],
    "name that begins with `..`": [TOP, file("../outside/secret")],
    "absolute name": [TOP, file("{outside}/secret")],
    "name elsewhere in the archive": [TOP, file("other/f")],
    "first name with `..`": [file("../outside/secret")],
    "through a link with `..`": [TOP, link("top/l", "../../outside"), file("top/l/secret")],
    "through an absolute link": [TOP, link("top/l", "{outside}"), file("top/l/secret")],
    "through a chain of links": [TOP, link("top/a", ".."), link("top/b", "a/.."), file("top/b/outside/secret")],
    "through a link that is still inside": [TOP, folder("top/d"), link("top/l", "d"), file("top/l/f")],
    "through a link as the top": [link("top", "{outside}"), file("top/secret")],
    "folder through a link": [TOP, link("top/l", "{outside}"), folder("top/l/new")],
    "folder in place of a link": [TOP, link("top/l", "{outside}/inner"), folder("top/l", mode=0o777)],
    "folder in place of a link at the top": [link("top", "{outside}/inner"), folder("top", mode=0o777)],
    "link in place of a folder": [TOP, folder("top/d"), link("top/d", "{outside}"), file("top/d/secret")],
    "link in place of the top": [TOP, link("top", "{outside}"), file("top/secret")],
    "link through a link": [TOP, link("top/l", "{outside}"), link("top/l/new", "secret")],
    "hard link with `..`": [TOP, hard("top/h", "top/../../outside/secret")],
    "hard link to an absolute path": [TOP, hard("top/h", "{outside}/secret"), file("top/h")],
    "hard link through a link": [TOP, link("top/l", "{outside}"), hard("top/h", "top/l/secret")],
    "hard link elsewhere in the archive": [TOP, hard("top/h", "other/f")],
    "hard link to a folder": [TOP, folder("top/d"), hard("top/h", "top/d")],
    "hard link to the top": [TOP, hard("top/h", "top")],
    "hard link to nothing": [TOP, hard("top/h", "top/nothing")],
    "named pipe": [TOP, special("top/p", tarfile.FIFOTYPE)],
    "character device": [TOP, special("top/null", tarfile.CHRTYPE)],
    "block device": [TOP, special("top/disk", tarfile.BLKTYPE)],
    "unknown kind": [TOP, special("top/x", b"D")],
    "huge name": [TOP, file("top/" + "n" * 100_000)],
    "NUL in a name": [TOP, {**file("top/x"), "pax_headers": {"path": "top/a\0b"}}],
    "NUL in a link": [TOP, {**link("top/x", "y"), "pax_headers": {"linkpath": "a\0b"}}],
    "time without an end": [TOP, {**file("top/x"), "pax_headers": {"mtime": "inf"}}],
    "size beyond all disks": [TOP, {**file("top/x", ""), "size": 1 << 70}],
    "file in place of a folder": [TOP, folder("top/d"), file("top/d/f"), file("top/d")],
}
HARMLESS: dict[str, tuple[list[Member], dict[str, str]]] = {
    "hard link to a link": ([TOP, link("top/l", "{outside}/secret"), hard("top/h", "top/l")], {"h": "-> secret"}),
    "file in place of a link": ([TOP, link("top/l", "{outside}/secret"), file("top/l")], {"l": "777"}),
    "file in place of a hard link to a link": (
        [TOP, link("top/l", "{outside}/secret"), hard("top/h", "top/l"), file("top/h")],
        {"h": "777"},
    ),
    "link to a folder": ([TOP, link("top/l", "{outside}/inner")], {"l": "-> inner"}),
    "setuid and setgid file": ([TOP, file("top/s", mode=0o6755)], {"s": "755"}),
    "setuid, setgid and sticky folder": ([TOP, folder("top/d", mode=0o7777)], {"d": "1777"}),
    "hard link with another mode": ([TOP, file("top/f", mode=0o600), hard("top/h", "top/f")], {"h": "600"}),
}


def filled(members: list[Member], outside: Path) -> list[Member]:
    def fill(value: Any) -> Any:
        return value.replace("{outside}", str(outside)) if isinstance(value, str) else value

    return [{name: fill(value) for name, value in member.items()} for member in members]


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A folder beside the destination, `out`."""
    (tmp_path / "out").mkdir()
    (tmp_path / "outside" / "inner").mkdir(parents=True)
    (tmp_path / "outside" / "secret").write_text("untouched")
    for path in (tmp_path / "outside" / "secret", tmp_path / "outside" / "inner", tmp_path / "outside"):
        path.chmod(0o600 if path.is_file() else 0o700)
        os.utime(path, (1, 1))
    return tmp_path / "outside"


def state(top: Path) -> list[tuple[str, int, int, int, int, int, bytes]]:
    """(path, inode, mode, owner, links, time of change, content) of all at and below a path."""
    found: list[tuple[str, int, int, int, int, int, bytes]] = []
    for path in (top, *sorted(top.rglob("*"))):
        status = path.lstat()
        content = path.read_bytes() if path.is_file() else b""
        found.append(
            (str(path), status.st_ino, status.st_mode, status.st_uid, status.st_nlink, status.st_ctime_ns, content)
        )
    return found


NAMES_INSIDE = {"l", "a", "b", "d", "h", "x"}


@pytest.mark.parametrize("name", ["new", ""])
@pytest.mark.parametrize("case", REFUSED)
def test_hostile_member_is_refused(outside: Path, case: str, name: str) -> None:
    before = state(outside)
    with pytest.raises((tarfile.TarError, OSError)):
        unpack_archive(archive(*filled(REFUSED[case], outside)), str(outside.parent / "out"), name)
    assert state(outside) == before
    assert {path.name for path in outside.parent.iterdir()} == {"out", "outside"}
    assert {path.name for path in (outside.parent / "out").iterdir()} <= ({name} if name else NAMES_INSIDE)


@pytest.mark.parametrize("case", HARMLESS)
def test_hostile_member_changes_nothing_outside(outside: Path, case: str) -> None:
    before = state(outside)
    members, expected = HARMLESS[case]
    unpack_archive(archive(*filled(members, outside)), str(outside.parent / "out"), "new")
    for name, mark in expected.items():
        path = outside.parent / "out" / "new" / name
        mode = f"{path.lstat().st_mode & 0o7777:o}"
        assert (f"-> {path.readlink().name}" if path.is_symlink() else mode) == mark
    assert state(outside) == before


@pytest.mark.parametrize("cut", [1, 511, 1024, 1100])
def test_truncated_archive_is_an_error(outside: Path, cut: int) -> None:
    whole = archive(TOP, file("top/f", "x" * 600)).getvalue()
    with pytest.raises(tarfile.TarError):
        unpack_archive(io.BytesIO(whole[:cut]), str(outside.parent / "out"), "new")


def test_existing_links_in_the_destination_are_not_followed(outside: Path) -> None:
    (outside.parent / "out" / "sub").symlink_to(outside)
    (outside.parent / "out" / "f").symlink_to(outside / "secret")
    before = state(outside)
    unpack_archive(archive(folder("."), file("./f")), str(outside.parent / "out"), "")
    assert (outside.parent / "out" / "f").read_text() == "evil"
    for members in ([file("./sub/secret")], [folder("./sub", mode=0o777)], [folder("./sub"), file("./sub/secret")]):
        with pytest.raises(OSError, match="sub"):
            unpack_archive(archive(folder("."), *members), str(outside.parent / "out"), "")
    assert state(outside) == before


def test_hard_linked_file_in_the_destination_is_replaced_and_not_written(outside: Path) -> None:
    (outside.parent / "out" / "f").hardlink_to(outside / "secret")
    unpack_archive(archive(file("f")), str(outside.parent / "out"), "f")
    assert (outside.parent / "out" / "f").read_text() == "evil"
    assert ((outside / "secret").read_text(), (outside / "secret").stat().st_mode & 0o777) == ("untouched", 0o600)
