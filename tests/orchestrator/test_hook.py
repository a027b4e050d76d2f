"""Worktrees that wtc creates for Claude Code, and the removal hook without an engine."""

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.git_template import make_repository
from tests.orchestrator.repository import COMPOSE, Repository, write
from tests.port_ids import by_key
from tests.wtc_process import run_wtc
from wtc.registry.store import Store


class Claude(Repository):
    """A repository that has an origin, and Claude Code's calls of the hooks in it."""

    def __init__(self, base: Path) -> None:
        super().__init__(base)
        make_repository(self.main)
        self.commit({"compose.yaml": COMPOSE, ".gitignore": "*.key\n.env\n", ".worktreeinclude": "*.key\n"})
        (self.main / "a.key").write_text("secret")

    def git(self, *arguments: str, cwd: Path | None = None) -> str:
        return super().git(*arguments, cwd=cwd).strip()

    def commit(self, files: Mapping[str, str]) -> str:
        write(self.main, files)
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "a")
        return self.git("rev-parse", "HEAD")

    def hook(
        self, event: str, given: object, *options: str, cwd: Path | None = None
    ) -> "subprocess.CompletedProcess[str]":
        done = run_wtc("hook", event, *options, cwd=cwd or self.main, env=self.environment, data=json.dumps(given))
        assert "Traceback" not in done.stderr
        return done

    def create(self, name: str, *options: str, cwd: Path | None = None) -> Path:
        """The hook as Claude Code calls it; its answer is one line, the path of a folder."""
        given = {"hook_event_name": "WorktreeCreate", "session_id": "s", "cwd": str(cwd or self.main), "name": name}
        done = self.hook("claude-worktree-create", given, *options, cwd=self.base)
        assert done.returncode == 0, done.stderr
        assert done.stdout.count("\n") == 1
        return Path(done.stdout.rstrip("\n"))

    def remove(self, worktree: Path, *, status: int) -> str:
        done = self.hook("claude-worktree-remove", {"worktree_path": str(worktree)}, cwd=self.base)
        assert (done.returncode, done.stdout) == (status, "")
        return done.stderr

    def branch(self, worktree: Path) -> str:
        return self.git("branch", "--show-current", cwd=worktree)

    def head(self, worktree: Path) -> str:
        return self.git("rev-parse", "HEAD", cwd=worktree)


@pytest.fixture
def repository(tmp_path: Path) -> Claude:
    return Claude(tmp_path)


def test_worktree_is_created_where_claude_code_creates_it_and_set_up(repository: Claude) -> None:
    made = repository.create("bold-oak")
    assert made == repository.main / ".claude/worktrees/bold-oak"
    assert repository.branch(made) == "worktree-bold-oak"
    assert (made / "a.key").read_text() == "secret"
    (record,) = Store(str(repository.state)).read().of_worktree(str(made))
    assert record.ports


def test_a_slash_in_the_name_is_a_plus(repository: Claude) -> None:
    made = repository.create("feature/login")
    assert made.name == "feature+login"
    assert repository.branch(made) == "worktree-feature+login"


def test_worktree_is_created_beside_the_current_one(repository: Claude) -> None:
    first = repository.create("first")
    assert repository.create("second", cwd=first) == repository.main / ".claude/worktrees/second"


def test_existing_worktree_is_returned(repository: Claude) -> None:
    made = repository.create("again")
    (made / "work").write_text("begun")
    assert repository.create("again") == made
    assert (made / "work").read_text() == "begun"


def test_existing_branch_keeps_its_commits(repository: Claude) -> None:
    made = repository.create("kept")
    (made / "work").write_text("done")
    repository.git("add", "work", cwd=made)
    repository.git("commit", "-q", "-m", "work", cwd=made)
    work = repository.head(made)
    repository.git("worktree", "remove", str(made))
    assert repository.head(repository.create("kept")) == work


def with_origin(repository: Claude) -> tuple[str, str]:
    """The commit that `origin` has, and a later one that is only here."""
    pushed = repository.git("rev-parse", "HEAD")
    repository.git("clone", "-q", "--bare", str(repository.main), str(repository.base / "origin.git"))
    repository.git("remote", "add", "origin", str(repository.base / "origin.git"))
    repository.git("fetch", "-q", "origin")
    repository.git("remote", "set-head", "origin", "main")
    return pushed, repository.commit({"later": "x"})


def test_a_new_branch_begins_at_origins_default_branch(repository: Claude) -> None:
    pushed, _ = with_origin(repository)
    made = repository.create("fresh")
    assert repository.head(made) == pushed
    with pytest.raises(subprocess.CalledProcessError):
        repository.git("rev-parse", "@{upstream}", cwd=made)


def test_new_branch_begins_at_head_without_an_origin(repository: Claude) -> None:
    assert repository.head(repository.create("local")) == repository.git("rev-parse", "HEAD")


@pytest.mark.parametrize(
    "file", ["main/.claude/settings.json", "main/.claude/settings.local.json", ".claude/settings.json"]
)
def test_setting_worktree_base_ref_is_used(repository: Claude, file: str) -> None:
    _, later = with_origin(repository)
    (repository.base / file).parent.mkdir(exist_ok=True)
    (repository.base / file).write_text('{"worktree": {"baseRef": "head"}}')
    assert repository.head(repository.create("here")) == later


def test_a_compose_file_that_lies_deeper_is_named_by_its_path_in_the_worktree(repository: Claude) -> None:
    repository.commit({"deploy/compose.yaml": COMPOSE.replace("web", "api")})
    made = repository.create("deep", "--file", "deploy/compose.yaml")
    (record,) = Store(str(repository.state)).read().of_worktree(str(made))
    assert list(by_key(record.ports)) == ["api/80/tcp"]


def test_worktree_is_kept_if_its_stack_cannot_be_set_up(repository: Claude) -> None:
    repository.commit({"compose.yaml": "services: [\n"})
    given = {"cwd": str(repository.main), "name": "broken"}
    done = repository.hook("claude-worktree-create", given)
    assert (done.returncode, done.stdout) == (0, f"{repository.main}/.claude/worktrees/broken\n")
    assert "error: not valid YAML" in done.stderr


@pytest.mark.parametrize("name", ["", ".", "..", "../out", "a/../b", "/etc", "a//b", "a b", "-" * 300, "ü"])
def test_name_that_is_not_valid_creates_nothing(repository: Claude, name: str) -> None:
    done = repository.hook("claude-worktree-create", {"cwd": str(repository.main), "name": name})
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: ")
    assert not (repository.main / ".claude").exists()


@pytest.mark.parametrize("given", [{}, [], "no object", {"name": 3}])
def test_missing_name_is_an_error(repository: Claude, given: object) -> None:
    done = repository.hook("claude-worktree-create", given)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: standard input has no `name`")


def test_a_folder_in_its_place_is_an_error_and_stays(repository: Claude) -> None:
    place = repository.main / ".claude/worktrees/taken"
    place.mkdir(parents=True)
    (place / "file").write_text("mine")
    done = repository.hook("claude-worktree-create", {"cwd": str(repository.main), "name": "taken"})
    assert (done.returncode, done.stdout) == (1, "")
    assert "could not be created" in done.stderr
    assert (place / "file").read_text() == "mine"


def test_outside_of_a_repository_it_fails(repository: Claude, tmp_path: Path) -> None:
    done = repository.hook("claude-worktree-create", {"cwd": str(tmp_path), "name": "a"})
    assert (done.returncode, done.stdout) == (2, "")
    assert "is not in a git repository" in done.stderr


def test_without_an_engine_the_worktree_stays(repository: Claude) -> None:
    """Its stack could not be stopped, and would be left behind."""
    created = repository.create("idle")
    reported = repository.remove(created, status=4)
    assert "error: cannot reach the engine" in reported
    assert f"the worktree `{created}` is kept" in reported
    assert repository.branch(created) == "worktree-idle"


def test_uncommitted_changes_keep_the_worktree_without_asking_an_engine(repository: Claude) -> None:
    created = repository.create("dirty")
    (created / "work").write_text("not committed")
    reported = repository.remove(created, status=5)
    assert f"error: the worktree `{created}` and its stack are kept" in reported
    assert "caused by: it has 1 uncommitted change" in reported
    assert "cannot reach the engine" not in reported
    assert (created / "work").read_text() == "not committed"


def test_worktree_that_wtc_did_not_create_is_left_alone(repository: Claude) -> None:
    place = repository.main / ".claude/worktrees/theirs"
    repository.git("worktree", "add", "-q", "-b", "worktree-theirs", str(place))
    assert "cannot reach the engine" in repository.remove(place, status=4)
    assert place.is_dir()


def test_hook_does_not_fail_for_a_path_without_a_worktree(repository: Claude) -> None:
    """To fail would keep the session for ever: no later call could remove a worktree there."""
    folder = repository.main / ".claude/worktrees/left"
    folder.mkdir(parents=True)
    for path in (folder, folder / "missing"):
        assert "cannot reach the engine" in repository.remove(path, status=0)
