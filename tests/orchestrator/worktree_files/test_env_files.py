"""The env files of a fresh worktree: what they are copied from, in `setup` and in `up`. No engine is needed."""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.orchestrator.repository import COMPOSE, Pair, write
from wtc.errors import ComposeFileError
from wtc.events import Event, Note, Warned
from wtc.orchestrator.context.context import Context
from wtc.orchestrator.context.target import Target
from wtc.orchestrator.worktree_files.copy_env_files import copy_env_files
from wtc.orchestrator.worktree_files.placeholders import placeholders

LOCAL, EXAMPLE, DIST = ".docker/config/.env.local", ".env.example", "config/env.dist"
ENV_FROM = {"compose.yaml": COMPOSE + "x-wtc: {env_from: [config/env.none, config/env.dist]}\n"}
IN_WTC_TOML = {"wtc.toml": 'env_from = ["config/env.dist"]\n'}
IGNORE_ENV = {".gitignore": ".env\n"}
SECRET = "services: {web: {image: nginx, environment: {SECRET: '${SECRET:?}'}}}\n"


@pytest.mark.parametrize(
    ("tracked", "ignored", "expected"),
    [
        # Each source comes before those that follow it.
        ({**ENV_FROM, DIST: "dist", LOCAL: "local", EXAMPLE: "example"}, {".env": "main"}, "dist"),
        ({**IN_WTC_TOML, DIST: "dist", LOCAL: "local", EXAMPLE: "example"}, {".env": "main"}, "dist"),
        ({**ENV_FROM, **IN_WTC_TOML, DIST: "dist"}, {".env": "main"}, "dist"),
        ({LOCAL: "local", EXAMPLE: "example"}, {".env": "main"}, "local"),
        ({EXAMPLE: "example"}, {LOCAL: "local", ".env": "main"}, "local"),
        ({EXAMPLE: "example"}, {".env": "main"}, "main"),
        ({".env.example": "1", ".env.sample": "2", ".env.dist": "3"}, {}, "1"),
        ({".env.sample": "2", ".env.dist": "3"}, {}, "2"),
        ({".env.dist": "3"}, {}, "3"),
        # Files of the main worktree.
        ({}, {".env": "main"}, "main"),
        (ENV_FROM, {DIST: "dist", ".env": "main"}, "dist"),
        (ENV_FROM, {".env": "main"}, "main"),
        ({}, {EXAMPLE: "example"}, "example"),
        ({}, {}, None),
        ({EXAMPLE: "example", ".worktreeinclude": ".env\n"}, {".env": "main"}, "main"),
    ],
)
def test_env_is_copied_from_the_first_source_that_exists(
    repository: Pair, tracked: Mapping[str, str], ignored: Mapping[str, str], expected: str | None
) -> None:
    repository.make(tracked, ignored)
    repository.setup()
    assert repository.files().get(".env") == expected


def test_the_output_says_which_source_was_used(repository: Pair) -> None:
    repository.make({EXAMPLE: "A=changeme\n"}, {".env": "A=1\n"})
    result = repository.setup()
    assert repository.tail_lines == [f".env was copied from {repository.main}/.env"]
    assert result.env is not None
    assert (result.env.path, result.env.source) == (f"{repository.linked}/.env", f"{repository.main}/.env")


def test_placeholders_of_an_example_are_a_warning(repository: Pair) -> None:
    repository.make({EXAMPLE: "A=changeme\nB=1\nC=\n"}, {})
    repository.setup()
    assert repository.tail_lines == [
        f".env was copied from {repository.linked}/.env.example",
        "values of `.env` look like placeholders: `A=changeme`, `C=`",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A=changeme", ["A=changeme"]),
        ("A=CHANGE_ME", ["A=CHANGE_ME"]),
        ("A='please-change-me' # soon", ["A=please-change-me"]),
        ("A=<your-key>", ["A=<your-key>"]),
        ("A=your_api_key", ["A=your_api_key"]),
        ("A=https://your-domain.example", ["A=https://your-domain.example"]),
        ("A=xxx", ["A=xxx"]),
        ("A=sk-xxxxxxxx", ["A=sk-xxxxxxxx"]),
        ("A=todo", ["A=todo"]),
        ("A=...", ["A=..."]),
        ("A=", ["A="]),
        ('A=""', ["A="]),
        ("A= # nothing", ["A="]),
        ("export A=", ["A="]),
        ("A=\nA=1", []),
        ("A=1\nA=", ["A="]),
        ("# A=changeme", []),
        ("A=postgres://db/todo", []),
        ("A=0xxxx", []),
        ("A=maxxxx1", []),
        ("A=exchange", []),
        ("A=#", ["A="]),
        ("A", []),
        ("", []),
    ],
)
def test_values_that_look_like_placeholders(text: str, expected: list[str]) -> None:
    assert list(placeholders(text)) == expected


@pytest.mark.parametrize(
    ("tracked", "main", "here"),
    [
        pytest.param({}, ".env\n", "", id="not ignored here"),
        pytest.param({}, "", ".env\n", id="not ignored in main"),
        pytest.param({".env": "main"}, ".env\n", ".env\n", id="tracked"),
    ],
)
def test_an_env_that_git_does_not_ignore_in_both_worktrees_is_not_copied(
    repository: Pair, tracked: Mapping[str, str], main: str, here: str
) -> None:
    repository.make(tracked, {})
    write(repository.main, {".env": "main", ".gitignore": main})
    write(repository.linked, {".gitignore": here})
    (repository.linked / ".env").unlink(missing_ok=True)
    assert repository.setup().env is None
    assert not (repository.linked / ".env").exists()


def test_a_main_worktree_copies_from_its_examples_alone(repository: Pair) -> None:
    repository.make({**IGNORE_ENV, EXAMPLE: "example"}, {})
    write(repository.linked, {".env": "linked"})
    repository.setup(repository.main)
    assert repository.files(repository.main) == {".env": "example"}


def test_an_ignored_env_file_of_a_service_is_copied_too(repository: Pair) -> None:
    files = "[{path: secrets/db.env}, {path: local.env, required: false}, loose.env, tracked.env, '${X-}no.env']"
    compose = (
        f"services: {{db: {{image: redis, env_file: {files}}}, off: {{image: x, profiles: [p], env_file: p.env}}}}\n"
    )
    ignore = "secrets/\nlocal.env\np.env\nno.env\n"
    tracked = {"compose.yaml": compose, "tracked.env": "T=1\n", ".gitignore": ignore}
    repository.make(tracked, {})
    write(
        repository.main, {"secrets/db.env": "A=1\n", "local.env": "B=1\n", "loose.env": "", "p.env": "", "no.env": ""}
    )
    write(repository.linked, {"loose.env": ""})
    result = repository.setup()
    assert {os.path.relpath(one.path, repository.linked) for one in result.copied} == {
        "secrets/db.env",
        "local.env",
        "p.env",
    }
    assert repository.setup().copied == ()


def test_a_file_is_never_copied_out_of_the_worktree(repository: Pair) -> None:
    compose = "services: {db: {image: redis, env_file: [../outside.env, link/in.env]}}\n"
    repository.make({"compose.yaml": compose, ".gitignore": "*.env\nlink\n"}, {})
    (repository.base / "elsewhere").mkdir()
    (repository.linked / "link").symlink_to(repository.base / "elsewhere")
    write(repository.main, {"link/in.env": "A=1\n"})
    repository.setup()
    assert list((repository.base / "elsewhere").iterdir()) == []


def test_beside_a_bare_repository_the_newest_worktree_that_has_it_gives_its_env(repository: Pair) -> None:
    repository.make(IGNORE_ENV, {})
    bare = repository.base / "bare.git"
    repository.git("clone", "-q", "--bare", str(repository.main), str(bare))
    for age, name in enumerate(["here", "without", "new", "old"]):
        place = repository.base / name
        repository.git("worktree", "add", "-q", "-b", name, str(place), "main", cwd=bare)
        os.utime(bare / "worktrees" / name / "gitdir", (1000 - age, 1000 - age))
        if name in {"new", "old"}:
            write(place, {".env": name})
    repository.setup(repository.base / "here")
    assert (repository.base / "here" / ".env").read_text() == "new"


def test_with_wtc_toml_both_env_files_of_the_main_worktree_are_copied(repository: Pair) -> None:
    toml = 'compose = ["docker/dev/compose.yaml"]\n'
    repository.make({**IGNORE_ENV, "docker/dev/compose.yaml": COMPOSE, "wtc.toml": toml, EXAMPLE: "E=1\n"}, {})
    write(repository.main, {".env": "A=1\n", "docker/dev/.env": "B=1\n"})
    result = repository.setup()
    assert repository.files() == {".env": "A=1\n", "docker/dev/.env": "B=1\n"}
    assert result.env is not None
    assert result.env.path == f"{repository.linked}/docker/dev/.env"


def test_an_env_that_names_the_compose_file_brings_that_ones_files_too(repository: Pair) -> None:
    compose = "services: {web: {image: nginx, env_file: web.env}}\n"
    tracked = {"docker/dev.yaml": compose, ".gitignore": ".env\nweb.env\n", EXAMPLE: "E=1\n"}
    repository.make(tracked, {})
    write(repository.main, {".env": "COMPOSE_FILE=docker/dev.yaml\n", "docker/web.env": "A=1\n"})
    for folder in (repository.main, repository.linked):
        (folder / "compose.yaml").unlink()
    result = repository.setup()
    assert repository.files() == {".env": "COMPOSE_FILE=docker/dev.yaml\n", "docker/web.env": "A=1\n"}
    assert result.registered


@pytest.mark.parametrize("environment", [{"COMPOSE_ENV_FILES": "other.env"}, {"COMPOSE_DISABLE_ENV_FILE": "1"}])
def test_where_the_env_is_not_read_it_is_not_copied(repository: Pair, environment: Mapping[str, str]) -> None:
    repository.make({"other.env": "A=1\n"}, {".env": "A=2\n"})
    repository.environment |= environment
    assert repository.setup().env is None
    assert not (repository.linked / ".env").exists()


class Up:
    """What `up` does before it reads the compose file."""

    def __init__(self, repository: Pair) -> None:
        self.repository = repository
        self.tail_lines: list[str] = []

    def __call__(self, worktree: Path, *, dry_run: bool = False, env_files: tuple[str, ...] = ()) -> str:
        """The value of `SECRET` that service `web` gets."""
        target = Target(cwd=str(worktree), environment=self.repository.environment, env_files=env_files)
        context = Context(target, self._take, dry_run=dry_run)
        copy_env_files(context)
        return context.projects.read().services["web"].environment["SECRET"] or ""

    def _take(self, event: Event) -> None:
        match event:
            case Note(text=text):
                self.tail_lines.append(text)
            case Warned(diagnostic=diagnostic):
                self.tail_lines.append(diagnostic.message)
            case _:
                pytest.fail(str(event))


def test_up_provides_the_env_of_a_linked_worktree(repository: Pair) -> None:
    repository.make({"compose.yaml": SECRET, EXAMPLE: "SECRET=changeme\n"}, {".env": "SECRET=main\n"})
    up = Up(repository)
    assert up(repository.linked) == "main"
    assert up.tail_lines == [f".env was copied from {repository.main}/.env"]
    assert (repository.linked / ".env").read_text() == "SECRET=main\n"
    assert up(repository.linked) == "main"
    assert len(up.tail_lines) == 1


def test_a_dry_run_reads_the_env_where_it_is(repository: Pair) -> None:
    compose = "services: {web: {image: nginx, env_file: web.env, environment: {X: '${X:?}'}}}\n"
    tracked = {"compose.yaml": compose, ".gitignore": "*.env\n.env\n"}
    repository.make(tracked, {})
    write(repository.main, {".env": "X=1\n", "web.env": "SECRET=main\n"})
    up = Up(repository)
    assert up(repository.linked, dry_run=True) == "main"
    assert repository.files() == {}
    assert up.tail_lines == [
        f"`.env` is missing: it would be copied from `{repository.main}/.env`",
        f"`web.env` is missing: it would be copied from `{repository.main}/web.env`",
    ]


def test_up_copies_nothing_in_the_main_worktree(repository: Pair) -> None:
    repository.make({"compose.yaml": SECRET, **IGNORE_ENV, EXAMPLE: "SECRET=changeme\n"}, {})
    with pytest.raises(ComposeFileError, match="SECRET"):
        Up(repository)(repository.main)
    assert not (repository.main / ".env").exists()


def test_up_copies_no_env_where_another_file_is_named(repository: Pair) -> None:
    repository.make({"compose.yaml": SECRET, "other": "SECRET=other\n"}, {".env": "SECRET=main\n"})
    up = Up(repository)
    assert up(repository.linked, env_files=("other",)) == "other"
    assert up.tail_lines == []
    assert not (repository.linked / ".env").exists()


def test_up_works_where_git_is_not_installed(repository: Pair) -> None:
    repository.make({"compose.yaml": SECRET, EXAMPLE: "SECRET=1\n"}, {".env": "SECRET=main\n"})
    empty = repository.base / "empty"
    empty.mkdir()
    repository.environment["PATH"] = str(empty)
    assert shutil.which("git", path=str(empty)) is None
    up = Up(repository)
    assert up(repository.linked) == "1"
    assert up.tail_lines[0] == f"whether git ignores `.env` in `{repository.main}` is unknown: git is not installed"
