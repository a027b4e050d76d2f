"""Which files of a folder are sent to a build, and when its hash changes."""

import io
import os
import socket
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import MappingProxyType

import pytest

from wtc.engine.images.build_context import (
    BuildContext,
    ContextEntry,
    context_hash,
    is_remote,
    locate_context,
    walk_context,
)
from wtc.engine.images.build_context_tar import CHUNK_BYTES, tar_context
from wtc.errors import WtcError
from wtc.model.build import Build, BuildUlimit

Files = dict[str, str]
Change = Callable[[Path], object]


def lay(root: Path, files: Files) -> None:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    made = tmp_path / "app"
    lay(made, {"Dockerfile": "FROM scratch\n", "a.txt": "a", "src/main.py": "main", "src/deep/x.py": "x"})
    return made


def build(root: Path, **options: object) -> Build:
    return Build(context=str(root), **options)  # type: ignore[arg-type]


def names(context: BuildContext) -> list[str]:
    return [entry.path for entry in walk_context(context)]


def archive(context: BuildContext, *, for_legacy_builder: bool = False) -> tarfile.TarFile:
    return tarfile.open(fileobj=io.BytesIO(b"".join(tar_context(context, for_legacy_builder=for_legacy_builder))))


def text(archived: tarfile.TarFile, name: str) -> str:
    member = archived.extractfile(name)
    assert member is not None
    return member.read().decode()


def test_folders_come_before_their_content_and_names_are_sorted(root: Path) -> None:
    assert names(locate_context(build(root))) == [
        "Dockerfile",
        "a.txt",
        "src",
        "src/deep",
        "src/deep/x.py",
        "src/main.py",
    ]


def test_exception_in_an_ignored_folder_includes_its_parent_folders(root: Path) -> None:
    lay(root, {".dockerignore": "*\n!src/deep/x.py\n"})
    assert names(locate_context(build(root))) == ["Dockerfile", "src", "src/deep", "src/deep/x.py"]


def test_ignored_folder_without_exceptions_is_never_entered(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lay(root, {".dockerignore": "src\n!a*\n"})
    entered: list[str] = []
    scandir = os.scandir

    def spy(path: str) -> object:
        entered.append(os.path.relpath(path, root))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", spy)
    assert names(locate_context(build(root))) == [".dockerignore", "Dockerfile", "a.txt"]
    assert entered == ["."]


@pytest.mark.parametrize("ignored", ["Dockerfile*", "**", "docker"])
def test_dockerfile_is_sent_even_if_it_is_ignored(root: Path, ignored: str) -> None:
    lay(root, {"docker/Dockerfile": "FROM scratch\n", "docker/other": "", ".dockerignore": ignored})
    found = names(locate_context(build(root, dockerfile="docker/Dockerfile")))
    assert "docker/Dockerfile" in found
    assert ("docker/other" in found) is (ignored == "Dockerfile*")


def test_ignore_file_of_the_dockerfile_takes_precedence(root: Path) -> None:
    lay(root, {"dev.Dockerfile": "FROM scratch", "dev.Dockerfile.dockerignore": "src\ndev*", ".dockerignore": "a.txt"})
    assert names(locate_context(build(root, dockerfile="dev.Dockerfile"))) == [
        ".dockerignore",
        "Dockerfile",
        "a.txt",
        "dev.Dockerfile",
    ]


def test_lower_case_dockerfile_is_the_second_default(root: Path) -> None:
    (root / "Dockerfile").rename(root / "dockerfile")
    assert locate_context(build(root)).dockerfile == "dockerfile"


@pytest.mark.parametrize("how", ["inline", "outside", "absolute", "link"])
def test_dockerfile_that_is_not_a_file_of_the_context_is_added_under_a_free_name(root: Path, how: str) -> None:
    lay(root.parent, {"elsewhere/Dockerfile": "FROM far\n", "app/.wtc.Dockerfile": "taken"})
    (root / "linked").symlink_to("../elsewhere/Dockerfile")
    options = {
        "inline": {"dockerfile_inline": "FROM far\n"},
        "outside": {"dockerfile": "../elsewhere/Dockerfile"},
        "absolute": {"dockerfile": str(root.parent / "elsewhere/Dockerfile")},
        "link": {"dockerfile": "linked"},
    }[how]
    context = locate_context(build(root, **options))
    assert context.dockerfile == ".wtc.Dockerfile-"
    archived = archive(context)
    assert text(archived, ".wtc.Dockerfile-") == "FROM far\n"
    assert text(archived, ".wtc.Dockerfile") == "taken"


def test_archive_keeps_modes_times_links_and_any_name(root: Path) -> None:
    name = "ü" * 120 + os.fsdecode(b"\xff")
    lay(root, {name: "odd"})
    (root / "a.txt").chmod(0o4751)
    os.utime(root / "a.txt", (1_000_000_000.75, 1_000_000_000.75))
    (root / "loop").symlink_to("../nowhere")
    archived = archive(locate_context(build(root)))
    file, link = archived.getmember("a.txt"), archived.getmember("loop")
    assert (file.mode, file.mtime, file.uid, file.gid, file.uname) == (0o4751, 1_000_000_000, 0, 0, "")
    assert (link.issym(), link.linkname) == (True, "../nowhere")
    assert text(archived, name) == "odd"
    assert archived.getmember("src").isdir()


def test_large_file_is_sent_in_chunks(root: Path) -> None:
    content = os.urandom(3 * 1024 * 1024 + 5)
    (root / "large").write_bytes(content)
    chunks = list(tar_context(locate_context(build(root))))
    assert max(map(len, chunks)) <= CHUNK_BYTES + 1024
    with tarfile.open(fileobj=io.BytesIO(b"".join(chunks))) as archived:
        member = archived.extractfile("large")
        assert member is not None
        assert member.read() == content


def test_sockets_and_pipes_are_skipped(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(root / "pipe")
    monkeypatch.chdir(root)  # the path of a socket has a small limit
    with socket.socket(socket.AF_UNIX) as made:
        made.bind("socket")
        assert not {"pipe", "socket"} & set(names(locate_context(build(root))))


def test_file_that_is_removed_during_the_walk_is_skipped(root: Path) -> None:
    context = locate_context(build(root))
    found: list[str] = []
    for entry in walk_context(context):
        found.append(entry.path)
        if entry.path == "a.txt":
            (root / "src/main.py").unlink()
            (root / "src/deep/x.py").unlink()
            (root / "src/deep").rmdir()
    assert found == ["Dockerfile", "a.txt", "src"]


def test_file_that_is_removed_before_it_is_read_is_skipped(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    entries = list(walk_context(locate_context(build(root))))
    (root / "a.txt").unlink()

    def stale(context: BuildContext, **_options: object) -> Iterator[ContextEntry]:
        return iter(entries)

    monkeypatch.setattr("wtc.engine.images.build_context_tar.walk_context", stale)
    monkeypatch.setattr("wtc.engine.images.build_context.walk_context", stale)
    assert "a.txt" not in archive(locate_context(build(root))).getnames()
    assert context_hash(build(root))


def test_unreadable_file_is_named(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def closed(path: str) -> bytes:
        raise PermissionError(13, "Permission denied", path)

    context = locate_context(build(root))
    monkeypatch.setattr("wtc.engine.images.build_context.read_regular_file", closed)
    with pytest.raises(WtcError) as caught:
        list(tar_context(context))
    assert caught.value.message == f"cannot read `{root}/Dockerfile`, which is part of the build context"
    assert caught.value.causes == ("permission denied",)


def test_file_that_becomes_shorter_while_it_is_sent_is_an_error(root: Path) -> None:
    (root / "a.txt").write_bytes(bytes(2 * 1024 * 1024))
    chunks = tar_context(locate_context(build(root)))
    next(chunks)
    (root / "a.txt").write_bytes(b"")
    with pytest.raises(WtcError, match="became shorter"):
        list(chunks)


def test_legacy_builder_gets_the_patterns_that_apply(root: Path) -> None:
    lay(root, {"Dockerfile.dockerignore": "src", ".dockerignore": "a.txt"})
    assert text(archive(locate_context(build(root)), for_legacy_builder=True), ".dockerignore") == "src"
    inline = locate_context(build(root, dockerfile_inline="FROM scratch"))
    assert text(archive(inline, for_legacy_builder=True), ".dockerignore") == "a.txt\n.wtc.Dockerfile\n"


SPOILED: list[tuple[Change, str]] = [
    (lambda root: (root / "Dockerfile").unlink(), "the Dockerfile `{root}/Dockerfile` does not exist"),
    (lambda root: ((root / "Dockerfile").unlink(), (root / "Dockerfile").mkdir()), "`{root}/Dockerfile` is not a"),
    (lambda root: root.rename(root.parent / "gone"), "the build context `{root}` does not exist"),
    (lambda root: (root.rename(root.parent / "gone"), root.write_text("")), "`{root}` is not a folder"),
    (lambda root: lay(root, {".dockerignore": "a["}), "`{root}/.dockerignore` has an invalid pattern: `a[`"),
]


@pytest.mark.parametrize(("spoil", "message"), SPOILED)
def test_missing_or_invalid_file_is_an_error_that_names_its_path(root: Path, spoil: Change, message: str) -> None:
    spoil(root)
    with pytest.raises(WtcError) as caught:
        context_hash(build(root))
    assert message.format(root=root) in caught.value.message
    assert caught.value.hints


CHANGES: dict[str, Change] = {
    "content": lambda root: (root / "a.txt").write_text("b"),
    "name": lambda root: (root / "a.txt").rename(root / "b.txt"),
    "mode": lambda root: (root / "a.txt").chmod(0o755),
    "folder's mode": lambda root: (root / "src").chmod(0o700),
    "empty folder": lambda root: (root / "empty").mkdir(),
    "link": lambda root: (root / "link").symlink_to("a.txt"),
    "dockerfile": lambda root: (root / "Dockerfile").write_text("FROM busybox"),
    "ignore file": lambda root: (root / ".dockerignore").write_text("src"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_relevant_change_changes_the_hash(root: Path, change: Change) -> None:
    before = context_hash(build(root))
    change(root)
    assert context_hash(build(root)) != before


IRRELEVANT: dict[str, Change] = {
    "time": lambda root: os.utime(root / "a.txt", (1, 1)),
    "ignored file": lambda root: (root / "ignored").write_text("more"),
    "place": lambda root: None,
}


@pytest.mark.parametrize("change", IRRELEVANT.values(), ids=IRRELEVANT)
def test_irrelevant_change_keeps_the_hash(root: Path, change: Change) -> None:
    lay(root, {".dockerignore": "ignored", "ignored": "x"})
    before = context_hash(build(root))
    change(root)
    moved = root.rename(root.parent / "moved")
    assert context_hash(build(moved)) == before


OPTIONS: list[dict[str, object]] = [
    {"args": {"A": "1"}},
    {"args": {"A": "2"}},
    {"target": "web"},
    {"labels": {"a": "b"}},
    {"tags": ("x",)},
    {"platforms": ("linux/arm64",)},
    {"shm_size_bytes": 5},
    {"extra_hosts": {"h": ("10.0.0.1",)}},
    {"ulimits": {"nofile": BuildUlimit(soft=1, hard=2)}},
    {"dockerfile_inline": "FROM scratch\n"},
    {"dockerfile_inline": "FROM scratch"},
]


def test_every_option_changes_the_hash(root: Path) -> None:
    hashes = [context_hash(build(root, **options)) for options in [{}, *OPTIONS]]
    assert len(set(hashes)) == len(hashes)


def test_order_and_type_of_mappings_keep_the_hash(root: Path) -> None:
    one = build(root, args={"A": "1", "B": "2"})
    other = build(root, args=MappingProxyType({"B": "2", "A": "1"}))
    assert context_hash(one) == context_hash(other)


def test_hash_depends_on_the_content_of_an_additional_context_and_not_on_its_path(root: Path) -> None:
    lay(root.parent, {"lib/x": "1", "copy/x": "1"})
    first, second = root.parent / "lib", root.parent / "copy"
    before = context_hash(build(root, additional_contexts={"lib": str(first)}))
    assert context_hash(build(root, additional_contexts={"lib": str(second)})) == before
    lay(second, {"x": "2"})
    assert context_hash(build(root, additional_contexts={"lib": str(second)})) != before


@pytest.mark.parametrize(
    ("context", "remote"),
    [
        ("https://github.com/a/b.git#main:docker", True),
        ("git@github.com:a/b.git", True),
        ("github.com/a/b", True),
        ("ssh://git@host/a.git", True),
        ("https://example.com/context.tar.gz", True),
        ("/srv/https://odd", False),
    ],
)
def test_remote_context_is_distinguished_from_a_folder(context: str, *, remote: bool) -> None:
    assert is_remote(context) is remote


def test_hash_of_a_remote_context_depends_only_on_its_options() -> None:
    one = Build(context="https://example.com/a.git")
    assert context_hash(one) == context_hash(Build(context="https://example.com/a.git"))
    assert context_hash(one) != context_hash(Build(context="https://example.com/b.git"))
