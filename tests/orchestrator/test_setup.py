"""A fresh worktree made ready: its files, its registration, its ports. No engine is there to be asked."""

import os
import stat
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from wtc.errors import ComposeFileError
from wtc.events import Event, Note, Warned
from wtc.orchestrator.seeding import copy
from wtc.orchestrator.setup import SetupResult, setup
from wtc.orchestrator.target import Target
from wtc.registry.store import Store

COMPOSE = "services: {web: {image: nginx, ports: ['${WEB_PORT:-8080}:80']}}\n"


class Repository:
    """A main worktree and a linked one, in a home without anything."""

    def __init__(self, base: Path) -> None:
        self.main, self.linked, self.state = base / "main", base / "linked", base / "state"
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(base),
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "WTC_CONFIG_DIR": str(self.state),
            "DOCKER_HOST": "unix:///nowhere/docker.sock",
        }
        self.told: list[str] = []
        self.main.mkdir()

    def git(self, *arguments: str, cwd: Path | None = None) -> str:
        own = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "commit.gpgsign=false")
        done = subprocess.run(
            ["git", *own, *arguments], cwd=cwd or self.main, env=self.environment, check=True, capture_output=True
        )
        return done.stdout.decode()

    def make(self, tracked: Mapping[str, str], ignored: Mapping[str, str]) -> None:
        """Commits the files, adds the linked worktree, then writes what git ignores into the main one."""
        write(self.main, {"compose.yaml": COMPOSE, ".gitignore": "".join(f"/{n}\n" for n in ignored), **tracked})
        self.git("init", "-q", "-b", "main")
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "a")
        self.git("worktree", "add", "-q", str(self.linked))
        write(self.main, ignored)

    def setup(self, worktree: Path | None = None, **environment: str) -> SetupResult:
        def take(event: Event) -> None:
            match event:
                case Note(text=text):
                    self.told.append(text)
                case Warned(diagnostic=diagnostic):
                    self.told.append(diagnostic.message)
                case _:
                    pytest.fail(str(event))

        place = str(worktree or self.linked)
        return setup(Target(cwd=place, environment={**self.environment, **environment}, worktree=place), take)

    def files(self, folder: Path | None = None) -> dict[str, str]:
        """What is in the linked worktree beside what is tracked: path -> content."""
        root = folder or self.linked
        tracked = set(self.git("ls-files", "-z", cwd=root).split("\0"))
        paths = (p for p in sorted(root.rglob("*")) if p.is_file() and p.name != ".git" and ".git" not in p.parts)
        names = (str(p.relative_to(root)) for p in paths)
        return {name: (root / name).read_text() for name in names if name not in tracked}


def write(folder: Path, files: Mapping[str, str]) -> None:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path)


LOCAL, EXAMPLE, DIST = ".docker/config/.env.local", ".env.example", "config/env.dist"
WITH_DIST = COMPOSE + "x-wtc: {env_from: [config/env.none, config/env.dist]}\n"


@pytest.mark.parametrize(
    ("tracked", "ignored", "expected"),
    [
        ({EXAMPLE: "example"}, {LOCAL: "local"}, "local"),
        ({EXAMPLE: "example", LOCAL: "own"}, {}, "own"),
        ({EXAMPLE: "example"}, {}, "example"),
        ({}, {EXAMPLE: "example"}, "example"),
        ({"compose.yaml": WITH_DIST, DIST: "dist"}, {}, "dist"),
        ({"compose.yaml": WITH_DIST}, {DIST: "dist"}, "dist"),
        ({"compose.yaml": WITH_DIST, DIST: "dist", EXAMPLE: "example"}, {}, "example"),
        ({}, {}, None),
        ({EXAMPLE: "example", ".worktreeinclude": ".env\n"}, {".env": "theirs"}, "theirs"),
    ],
)
def test_env_is_made_from_the_first_source_that_is_there(
    repository: Repository, tracked: Mapping[str, str], ignored: Mapping[str, str], expected: str | None
) -> None:
    repository.make(tracked, ignored)
    repository.setup()
    assert repository.files().get(".env") == expected


def test_a_source_that_git_would_show_is_left_in_the_main_worktree(repository: Repository) -> None:
    repository.make({}, {})
    write(repository.main, {LOCAL: "not ignored"})
    assert repository.setup().env is None


def test_env_from_may_stand_where_the_file_cannot_be_read_without_env(repository: Repository) -> None:
    file = "services: {web: {image: '${IMAGE:?}', ports: [80]}}\nx-wtc: {env_from: [config/env.dist]}\n"
    repository.make({"compose.yaml": file, DIST: "IMAGE=nginx\n"}, {})
    assert [e.target for e in repository.setup().endpoints] == [80]


def test_env_is_made_beside_a_compose_file_that_lies_deeper(repository: Repository) -> None:
    repository.make({"deploy/compose.yaml": COMPOSE, "deploy/.env.example": "deeper", EXAMPLE: "root"}, {})
    target = Target(cwd=str(repository.linked), environment=repository.environment, files=("deploy/compose.yaml",))
    result = setup(target, lambda _event: None)
    assert repository.files() == {"deploy/.env": "deeper"}
    assert result.worktree == str(repository.linked)


def test_an_env_that_is_there_is_never_touched(repository: Repository) -> None:
    repository.make({}, {LOCAL: "local"})
    write(repository.linked, {".env": "mine"})
    assert repository.setup().env is None
    assert repository.files()[".env"] == "mine"


def test_a_link_to_nowhere_in_the_place_of_env_stays(repository: Repository) -> None:
    repository.make({EXAMPLE: "example"}, {})
    (repository.linked / ".env").symlink_to("gone")
    assert repository.setup().env is None
    assert os.readlink(repository.linked / ".env") == "gone"


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o400])
def test_the_copy_is_as_closed_as_its_source(repository: Repository, mode: int) -> None:
    repository.make({}, {LOCAL: "secret"})
    (repository.main / LOCAL).chmod(mode)
    before = os.umask(0o022)
    try:
        repository.setup()
    finally:
        os.umask(before)
    assert stat.S_IMODE((repository.linked / ".env").stat().st_mode) == mode


INCLUDED = {
    "a.key": "a",
    "deep/b.key": "b",
    "secret/c": "c",
    "secret/deeper/d": "d",
    "other/e": "e",
    "node_modules/x/f.key": "f",
    "with space/ü.key": "g",
}


@pytest.mark.parametrize(
    ("patterns", "expected"),
    [
        ("*.key\n", {"a.key", "deep/b.key", "with space/ü.key"}),
        ("/a.key\n# a comment\n\n", {"a.key"}),
        ("secret/\n", {"secret/c", "secret/deeper/d"}),
        ("secret/deeper\n", {"secret/deeper/d"}),
        ("secret/*\n!secret/c\n", {"secret/deeper/d"}),
        ("node_modules/x/f.key\n", {"node_modules/x/f.key"}),
        ("with*/\n", {"with space/ü.key"}),
        ("tracked.txt\nloose.txt\n", set[str]()),
        ("", set[str]()),
    ],
)
def test_what_worktreeinclude_names_is_copied_if_git_ignores_it(
    repository: Repository, patterns: str, expected: set[str]
) -> None:
    gitignore = "*.key\nsecret/\nother/\nnode_modules/\n"
    repository.make({".gitignore": gitignore, ".worktreeinclude": patterns, "tracked.txt": "t"}, INCLUDED)
    write(repository.main, {"loose.txt": "untracked, and not ignored"})
    result = repository.setup()
    assert repository.files() == {name: INCLUDED[name] for name in expected}
    assert {os.path.relpath(one.path, repository.linked) for one in result.copied} == expected


def test_many_files_of_a_folder_are_told_in_one_line_and_not_waited_for_each(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.make({".gitignore": "node_modules/\n.env*\n", ".worktreeinclude": "node_modules/\n"}, {})
    write(repository.main, {f"node_modules/{n % 20}/{n}.js": str(n) for n in range(400)})
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", synced.append)
    repository.setup()
    assert repository.files() == {f"node_modules/{n % 20}/{n}.js": str(n) for n in range(400)}
    assert f"400 files of node_modules were copied from {repository.main}" in repository.told
    assert len(repository.told) == 1
    assert len(synced) < 10


@pytest.mark.parametrize("name", ["with space.key", "new\nline.key", "tab\t.key", "-dash.key", "*.key", '"quoted".key'])
def test_a_file_is_copied_whatever_it_is_called_and_told_on_one_line(repository: Repository, name: str) -> None:
    repository.make({".gitignore": "*.key\n", ".worktreeinclude": "*.key\n"}, {})
    write(repository.main, {name: "k"})
    repository.setup()
    assert repository.files() == {name: "k"}
    assert [text.count("\n") for text in repository.told] == [0]


def test_a_link_stays_a_link_and_a_closed_file_closed(repository: Repository) -> None:
    repository.make({".gitignore": "*.key\n", ".worktreeinclude": "*.key\n"}, {"a.key": "a"})
    (repository.main / "a.key").chmod(0o600)
    for name, leads_to in {"link.key": "a.key", "dangling.key": "../nowhere", "far.key": "/etc/hostname"}.items():
        (repository.main / name).symlink_to(leads_to)
    repository.setup()
    links = {p.name: os.readlink(p) for p in repository.linked.iterdir() if p.is_symlink()}
    assert links == {"link.key": "a.key", "dangling.key": "../nowhere", "far.key": "/etc/hostname"}
    assert stat.S_IMODE((repository.linked / "a.key").stat().st_mode) == 0o600


def test_a_main_worktree_that_is_gone_is_told_and_the_stack_registered(repository: Repository) -> None:
    repository.make({".worktreeinclude": "*.key\n"}, {})
    repository.main.rename(repository.main.parent / "moved")
    assert [e.service for e in repository.setup().endpoints] == ["web"]
    assert any(".worktreeinclude` was not followed" in text for text in repository.told)


def test_beside_a_bare_repository_there_is_nothing_to_copy_from(repository: Repository, tmp_path: Path) -> None:
    repository.make({".worktreeinclude": "*.key\n", EXAMPLE: "example"}, {"a.key": "a"})
    bare = tmp_path / "bare.git"
    repository.git("clone", "-q", "--bare", str(repository.main), str(bare))
    repository.git("worktree", "add", "-q", str(tmp_path / "of-bare"), "main", cwd=bare)
    result = repository.setup(tmp_path / "of-bare")
    assert (result.copied, result.env is not None) == ((), True)


def test_a_submodules_files_are_its_own(repository: Repository, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    repository.git("init", "-q", cwd=other)
    repository.git("commit", "-q", "--allow-empty", "-m", "a", cwd=other)
    write(repository.main, {".gitignore": "*.key\n", ".worktreeinclude": "*.key\nsub/*.key\n", "compose.yaml": COMPOSE})
    repository.git("init", "-q", "-b", "main")
    repository.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(other), "sub")
    repository.git("add", "-A")
    repository.git("commit", "-q", "-m", "a")
    repository.git("worktree", "add", "-q", str(repository.linked))
    write(repository.main, {"a.key": "a", "sub/b.key": "b"})
    repository.setup()
    assert repository.files() == {"a.key": "a"}


def test_what_this_worktree_would_show_to_git_is_not_copied(repository: Repository) -> None:
    repository.make({".gitignore": "*.key\n", ".worktreeinclude": "*.key\n"}, {"a.key": "a"})
    write(repository.linked, {".gitignore": ""})
    assert repository.setup().copied == ()
    assert "`a.key` was not copied: git does not ignore it in this worktree" in repository.told


def test_a_copy_does_not_leave_the_worktree_by_a_link(repository: Repository, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    repository.make({".gitignore": "deep/\n", ".worktreeinclude": "deep/\n"}, {"deep/a": "a"})
    (repository.linked / "deep").symlink_to(outside)
    repository.setup()
    assert list(outside.iterdir()) == []


def test_a_compose_file_that_git_ignores_can_come_along(repository: Repository) -> None:
    repository.make({"compose.yaml": "", ".worktreeinclude": "compose.override.yaml\n"}, {})
    write(repository.main, {"compose.override.yaml": COMPOSE, ".git/info/exclude": "compose.override.yaml\n"})
    assert [e.service for e in repository.setup().endpoints] == ["web"]


def test_the_main_worktree_copies_nothing_from_itself(repository: Repository) -> None:
    repository.make({".worktreeinclude": "*\n"}, {"a": "a"})
    assert repository.setup(repository.main).copied == ()


def test_variables_of_a_git_hook_do_not_lead_elsewhere(repository: Repository) -> None:
    repository.make({".worktreeinclude": "a\n"}, {"a": "a"})
    copied = repository.setup(GIT_DIR="/nowhere", GIT_WORK_TREE="/nowhere", GIT_INDEX_FILE="/nowhere").copied
    assert [one.path for one in copied] == [str(repository.linked / "a")]


def test_without_git_the_stack_is_registered_all_the_same(repository: Repository, tmp_path: Path) -> None:
    repository.make({".worktreeinclude": "a\n"}, {"a": "a"})
    result = repository.setup(PATH=str(tmp_path))
    assert [e.service for e in result.endpoints] == ["web"]
    assert any("git is not installed" in text for text in repository.told)


def test_the_stack_is_registered_with_its_ports(repository: Repository) -> None:
    repository.make({}, {})
    result = repository.setup()
    (endpoint,) = result.endpoints
    record = Store(str(repository.state)).read().stacks[str(repository.linked)]
    assert record.ports == {"web/80/tcp": endpoint.port}
    assert (record.namespace, record.status) == (result.namespace, "registered")


def test_a_second_setup_changes_nothing(repository: Repository) -> None:
    repository.make({EXAMPLE: "x", ".worktreeinclude": "a\n"}, {"a": "a"})
    first = repository.setup()
    registry = (repository.state / "registry.json").stat()
    env = (repository.linked / ".env").stat()
    second = repository.setup()
    assert (second.env, second.copied, second.endpoints) == (None, (), first.endpoints)
    assert (repository.state / "registry.json").stat() == registry
    assert (repository.linked / ".env").stat() == env


def test_nothing_else_is_written(repository: Repository) -> None:
    repository.make({EXAMPLE: "x"}, {})
    repository.setup()
    assert repository.files() == {".env": "x"}
    assert sorted(p.name for p in repository.state.iterdir()) == ["registry.json", "registry.lock"]
    assert repository.git("status", "--short", cwd=repository.main) == ""


def test_a_stack_without_ports_is_registered_too(repository: Repository) -> None:
    repository.make({"compose.yaml": "services: {web: {image: nginx}}\n"}, {})
    assert repository.setup().endpoints == ()
    assert str(repository.linked) in Store(str(repository.state)).read().stacks


def test_a_lost_registry_gives_the_same_ports_back(repository: Repository) -> None:
    repository.make({}, {})
    before = repository.setup().endpoints
    (repository.state / "registry.json").unlink()
    assert repository.setup().endpoints == before


def test_without_a_compose_file_the_files_are_there_and_the_error_says_what_is_missing(repository: Repository) -> None:
    repository.make({EXAMPLE: "x"}, {})
    (repository.linked / "compose.yaml").unlink()
    with pytest.raises(ComposeFileError, match="no compose file found"):
        repository.setup()
    assert repository.files() == {".env": "x"}


def test_a_worktree_that_is_gone_is_said(repository: Repository, tmp_path: Path) -> None:
    with pytest.raises(ComposeFileError, match="is not there"):
        repository.setup(tmp_path / "gone")


@pytest.mark.parametrize("kind", ["pipe", "folder"])
def test_only_files_are_copied(tmp_path: Path, kind: str) -> None:
    source = tmp_path / "source"
    os.mkfifo(source) if kind == "pipe" else source.mkdir()
    assert copy(str(source), str(tmp_path / "copy")) is False
    assert not (tmp_path / "copy").exists()
