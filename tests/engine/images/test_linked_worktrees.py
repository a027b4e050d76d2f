"""Linked worktrees inside a build context: they are not hashed and not sent."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from wtc.engine.images.build_context import context_hash, locate_context, walk_context
from wtc.engine.images.buildx_context import adapted_build, ignore_line
from wtc.engine.images.dockerignore import TOP, parse_dockerignore
from wtc.engine.images.linked_worktrees import is_linked_worktree
from wtc.model.build import Build


def git(folder: Path, *arguments: str) -> None:
    own = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "protocol.file.allow=always")
    environment = {"PATH": os.environ["PATH"], "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    subprocess.run(["git", *own, *arguments], cwd=folder, env=environment, check=True, capture_output=True)


@pytest.fixture
def main(tmp_path: Path) -> Path:
    """A repository with a Dockerfile, whose `.git` is not part of the context."""
    folder = tmp_path / "main"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    (folder / "Dockerfile").write_text("FROM scratch\nCOPY . .\n")
    (folder / ".dockerignore").write_text(".git\n")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "first")
    return folder


def add_worktree(main: Path, path: str) -> Path:
    git(main, "worktree", "add", "-q", "-b", path.strip("/.").replace("/", "-"), path)
    return main / path


def names(build: Build) -> list[str]:
    return [entry.path for entry in walk_context(locate_context(build))]


def build(folder: Path, **options: object) -> Build:
    return Build(context=str(folder), **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("path", [".worktrees/x", ".claude/worktrees/x", "deep/down/x", "x"])
def test_linked_worktree_is_excluded_from_the_context(main: Path, path: str) -> None:
    add_worktree(main, path)
    sent = names(build(main))
    assert {".dockerignore", "Dockerfile"} <= set(sent)
    assert [name for name in sent if name == path or name.startswith(f"{path}/")] == []


def edit(worktree: Path) -> None:
    (worktree / "new.txt").write_text("new")


def commit(worktree: Path) -> None:
    edit(worktree)
    git(worktree, "add", "-A")
    git(worktree, "commit", "-q", "-m", "another")


@pytest.mark.parametrize("change", [edit, commit])
def test_change_in_a_linked_worktree_keeps_the_hash(main: Path, change: Callable[[Path], None]) -> None:
    worktree = add_worktree(main, ".worktrees/x")
    before = context_hash(build(main)), context_hash(build(worktree))
    change(worktree)
    assert context_hash(build(main)) == before[0]
    assert context_hash(build(worktree)) != before[1]


def test_new_worktree_keeps_the_hash_of_a_context_with_its_git_folder(main: Path) -> None:
    (main / ".dockerignore").unlink()
    add_worktree(main, "../other")
    before = context_hash(build(main))
    worktree = main.parent / "other"
    (main / ".git/wtc").mkdir()
    (main / ".git/wtc/id").write_text("id")
    git(worktree, "worktree", "lock", ".")
    assert context_hash(build(main)) == before
    assert ".git/HEAD" in names(build(main))


def test_linked_worktrees_are_excluded_from_additional_contexts(main: Path, tmp_path: Path) -> None:
    worktree = add_worktree(main, ".worktrees/x")
    (tmp_path / "app").mkdir()
    (tmp_path / "app/Dockerfile").write_text("FROM scratch\n")
    app = build(tmp_path / "app", additional_contexts={"all": str(main)})
    before = context_hash(app)
    edit(worktree)
    assert context_hash(app) == before


def test_dockerfile_in_a_linked_worktree_is_sent_under_another_name(main: Path) -> None:
    (add_worktree(main, ".worktrees/x") / "Dockerfile").write_text("FROM other\n")
    found = locate_context(build(main, dockerfile=".worktrees/x/Dockerfile"))
    assert found.extra_dockerfile == b"FROM other\n"
    assert not found.dockerfile.startswith(".worktrees")


def test_submodule_stays_in_the_context(main: Path, tmp_path: Path) -> None:
    library = tmp_path / "library"
    library.mkdir()
    git(library, "init", "-q")
    (library / "lib.txt").write_text("lib")
    git(library, "add", "-A")
    git(library, "commit", "-q", "-m", "first")
    git(main, "submodule", "--quiet", "add", str(library), "worktrees/lib")
    git(main, "commit", "-q", "-m", "submodule")
    assert "worktrees/lib/lib.txt" in names(build(main))


@pytest.mark.parametrize(
    ("git_file", "linked"),
    [
        ("gitdir: /gone/.git/worktrees/x\n", True),
        ("gitdir: ../../gone.git/worktrees/x\n", True),
        ("gitdir: /gone/.git/modules/x\n", False),
        ("gitdir: /gone/.git/modules/worktrees/x\n", False),
        ("gitdir: /gone/.git/worktrees/y/modules/x\n", False),
        ("gitdir: /gone/separate\n", False),
        ("gitdir: \n", False),
        ("/gone/.git/worktrees/x\n", False),
        ("", False),
        (None, False),
    ],
)
def test_linked_worktree_is_recognized_without_its_repository(
    tmp_path: Path, git_file: str | None, *, linked: bool
) -> None:
    if git_file is not None:
        (tmp_path / ".git").write_text(git_file)
    assert is_linked_worktree(str(tmp_path)) is linked


def test_pipe_and_folder_named_git_are_not_read(tmp_path: Path) -> None:
    for name, make in (("pipe", os.mkfifo), ("folder", os.mkdir)):
        (tmp_path / name).mkdir()
        make(tmp_path / name / ".git")
        assert not is_linked_worktree(str(tmp_path / name))


@pytest.mark.parametrize("path", [".worktrees/x", "a b/c*[d]?", "#x", "!x", "back\\slash", "{a|b}+(c)$^", "ü/x"])
def test_ignore_line_matches_only_the_path(path: str) -> None:
    ignore = parse_dockerignore(ignore_line(path))
    assert ignore.verdict(path, TOP).ignored
    assert not ignore.verdict("other", TOP).ignored
    assert not ignore.verdict(f"{path}y", TOP).ignored


def test_context_without_worktrees_is_passed_to_buildx_unchanged(main: Path) -> None:
    asked = build(main, additional_contexts={"lib": str(main), "far": "docker-image://x"})
    with adapted_build(asked, locate_context(asked)) as sent:
        assert sent is asked


def test_copy_for_buildx_has_the_modes_and_links_of_the_folder(main: Path, tmp_path: Path) -> None:
    add_worktree(main, ".worktrees/x")
    (main / "run").write_text("x")
    (main / "run").chmod(0o755)
    (main / "link").symlink_to("nowhere")
    (tmp_path / "app").mkdir()
    asked = build(tmp_path / "app", dockerfile_inline="FROM scratch", additional_contexts={"all": str(main)})
    with adapted_build(asked, locate_context(asked)) as sent:
        copy = Path(sent.additional_contexts["all"])
        assert sorted(os.listdir(copy)) == [".dockerignore", ".worktrees", "Dockerfile", "link", "run"]
        assert os.listdir(copy / ".worktrees") == []
        assert (copy / "run").stat().st_mode == (main / "run").stat().st_mode
        assert os.readlink(copy / "link") == "nowhere"
        assert sent.dockerfile_inline == "FROM scratch"
    assert not copy.exists()
