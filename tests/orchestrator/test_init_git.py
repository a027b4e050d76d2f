"""git's hook: which worktrees it sets up, what it leaves alone, and how it is removed."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from wtc.errors import UsageError
from wtc.orchestrator.context.target import Target
from wtc.orchestrator.init import InitResult, init

HOOK = "hooks/post-checkout"
CALLED = '#!/bin/sh\npwd >>"$CALLS/calls"\nexit 7\n'


class Repository:
    """A repository with one commit, and a `wtc` on PATH that records where it was called, and fails."""

    def __init__(self, base: Path) -> None:
        self.base, self.top = base, base / "main"
        self.environment = {
            "PATH": f"{base / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(base),
            "GIT_CONFIG_GLOBAL": str(base / "gitconfig"),
            "GIT_CONFIG_NOSYSTEM": "1",
            "CALLS": str(base),
        }
        self.script(base / "bin/wtc", CALLED)
        self.git(base, "init", "-q", "-b", "main", "--template=", str(self.top))
        self.git(self.top, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "--allow-empty", "-m", "first")

    def git(self, folder: Path, *arguments: str) -> int:
        """Run git and return its exit status."""
        done = subprocess.run(["git", *arguments], cwd=folder, env=self.environment, check=False, capture_output=True)
        return done.returncode

    def script(self, path: Path, text: str, *, mode: int = 0o755) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(mode)

    def init(self, folder: Path | None = None, *, remove: bool = False, dry_run: bool = False) -> InitResult:
        place = str(folder or self.top)
        target = Target(cwd=place, worktree=place, environment=self.environment)
        return init(target, ("git",), remove=remove, dry_run=dry_run)

    def refusal(self, *, remove: bool = False) -> str:
        """Return the hint of `init git`, which fails."""
        (error,) = self.init(remove=remove).failures
        assert error.code == "conflict"
        return " ".join(error.hints)

    def set_up(self) -> list[str]:
        """Return the names of the folders in which `wtc` was called."""
        calls = self.base / "calls"
        return [Path(line).name for line in calls.read_text().splitlines()] if calls.exists() else []


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path)


def test_each_new_worktree_is_set_up_once_and_no_other_checkout_is(repository: Repository) -> None:
    repository.init()
    assert repository.git(repository.top, "worktree", "add", "-q", "../one") == 0
    assert repository.git(repository.top, "worktree", "add", "-q", "--detach", "../two") == 0
    assert repository.git(repository.base / "one", "checkout", "-q", "-b", "three") == 0
    assert repository.git(repository.base / "one", "checkout", "-q", "one") == 0
    assert repository.set_up() == ["one", "two"]


def test_hook_is_executable_and_a_second_init_changes_nothing(repository: Repository) -> None:
    (edit,) = repository.init().edits
    assert (edit.path, edit.before) == (f".git/{HOOK}", None)
    hook = repository.top / ".git" / HOOK
    assert stat.S_IMODE(hook.stat().st_mode) & 0o100
    before = hook.read_text()
    assert not repository.init().edits[0].changed
    assert hook.read_text() == before


def test_worktree_that_wtc_creates_is_not_set_up_by_the_hook(repository: Repository) -> None:
    repository.init()
    repository.environment["WTC_CREATES_WORKTREE"] = "1"
    repository.git(repository.top, "worktree", "add", "-q", "../one")
    assert repository.set_up() == []


def test_wtc_outside_of_path_is_found_where_it_was(repository: Repository) -> None:
    repository.init()
    places = os.environ["PATH"].split(os.pathsep)
    repository.environment["PATH"] = os.pathsep.join(p for p in places if not os.path.exists(f"{p}/wtc"))
    assert repository.git(repository.top, "worktree", "add", "-q", "../one") == 0
    (repository.base / "bin/wtc").unlink()
    assert repository.git(repository.top, "worktree", "add", "-q", "../two") == 0
    assert repository.set_up()[:1] == ["one"]


@pytest.mark.parametrize(
    ("text", "mode", "status", "made"),
    [
        pytest.param("#!/bin/sh\necho ran >ran\nexit 3\n", 0o755, 3, [".git", "ran"], id="shell"),
        pytest.param(f"#!{sys.executable}\nopen('ran', 'w')\n", 0o755, 0, [".git", "ran"], id="python"),
        pytest.param("#!/bin/sh\necho ran >ran\n", 0o644, 0, [".git"], id="not-executable"),
    ],
)
def test_existing_hook_runs_first_keeps_its_status_and_comes_back(
    repository: Repository, text: str, mode: int, status: int, made: list[str]
) -> None:
    hook = repository.top / ".git" / HOOK
    repository.script(hook, text, mode=mode)
    (edit,) = repository.init().edits
    assert edit.notes == ("the existing hook is now `post-checkout.before-wtc`, which runs first",)
    assert not repository.init().edits[0].changed
    assert repository.git(repository.top, "worktree", "add", "-q", "../one") == status
    assert sorted(os.listdir(repository.base / "one")) == made
    assert repository.set_up() == ["one"]

    repository.init(remove=True)
    assert (hook.read_text(), stat.S_IMODE(hook.stat().st_mode)) == (text, mode)
    assert os.listdir(hook.parent) == [hook.name]


def test_hook_that_replaced_the_one_of_wtc_is_kept(repository: Repository) -> None:
    hook = repository.top / ".git" / HOOK
    repository.script(hook, "#!/bin/sh\n")
    repository.init()
    repository.script(hook, "#!/bin/sh\n# another\n")
    assert "join the two hooks" in repository.refusal()
    assert hook.read_text() == "#!/bin/sh\n# another\n"
    assert (hook.parent / "post-checkout.before-wtc").read_text() == "#!/bin/sh\n"


def test_removal_leaves_another_hook_alone_and_can_be_repeated(repository: Repository) -> None:
    hook = repository.top / ".git" / HOOK
    repository.init()
    repository.init(remove=True)
    assert not hook.exists()
    assert not repository.init(remove=True).edits[0].changed
    repository.script(hook, "#!/bin/sh\n")
    assert not repository.init(remove=True).edits[0].changed
    assert hook.read_text() == "#!/bin/sh\n"


def test_dry_run_writes_no_hook(repository: Repository) -> None:
    assert repository.init(dry_run=True).edits[0].changed
    assert not (repository.top / ".git/hooks").exists()


def test_hook_of_a_linked_worktree_is_the_repositorys(repository: Repository) -> None:
    repository.git(repository.top, "worktree", "add", "-q", "../one")
    (edit,) = repository.init(repository.base / "one").edits
    assert edit.path == f"../main/.git/{HOOK}"
    repository.git(repository.top, "worktree", "add", "-q", "../two")
    assert repository.set_up() == ["two"]


@pytest.mark.parametrize("inside", ["", "one"], ids=["in-the-repository", "in-a-worktree"])
def test_bare_repository_gets_the_hook(repository: Repository, inside: str) -> None:
    bare = repository.base / "bare.git"
    repository.git(repository.base, "clone", "-q", "--bare", "main", str(bare))
    repository.git(bare, "worktree", "add", "-q", "../one", "main")
    repository.init(repository.base / inside if inside else bare)
    repository.git(bare, "worktree", "add", "-q", "--detach", "../two")
    assert repository.set_up() == ["two"]


def test_folder_of_a_bare_repository_in_a_dot_folder_gets_the_hook(repository: Repository) -> None:
    project = repository.base / "project"
    project.mkdir()
    repository.git(repository.base, "clone", "-q", "--bare", "main", str(project / ".bare"))
    (project / ".git").write_text("gitdir: ./.bare\n")
    assert repository.init(project).failures == ()
    repository.git(project, "worktree", "add", "-q", "one", "main")
    assert repository.set_up() == ["one"]


def test_hooks_folder_that_the_repository_names_gets_the_hook(repository: Repository) -> None:
    repository.git(repository.top, "config", "core.hooksPath", str(repository.base / "my hooks"))
    repository.init()
    assert os.listdir(repository.base / "my hooks") == ["post-checkout"]
    repository.git(repository.top, "worktree", "add", "-q", "../one")
    assert repository.set_up() == ["one"]


LINE = "case $1 in *[!0]*) ;; *) wtc setup || true ;; esac"


@pytest.mark.parametrize(
    ("configuration", "hint"),
    [
        pytest.param([".githooks"], f"add `{LINE}` to `.githooks/post-checkout`", id="tracked-folder"),
        pytest.param([".husky/_"], "end `prepare` in `package.json` with `&& wtc setup`", id="husky"),
        pytest.param(["--global", "/nowhere/hooks"], f"add `{LINE}` to `/nowhere/hooks/post-checkout`", id="global"),
    ],
)
def test_hooks_folder_of_others_is_not_written_to(repository: Repository, configuration: list[str], hint: str) -> None:
    *scope, folder = configuration
    if ".husky" in folder:
        (repository.top / folder).mkdir(parents=True)
    repository.git(repository.top, "config", *scope, "core.hooksPath", folder)
    assert hint in repository.refusal()
    assert not (repository.top / folder / "post-checkout").exists()
    assert not (repository.top / ".git/hooks").exists()


@pytest.mark.parametrize(
    ("path", "text", "hint"),
    [
        ("lefthook.yml", "", "case {1} in"),
        (".git/hooks/pre-commit", "#!/bin/sh\ncall_lefthook run pre-commit\n", "case {1} in"),
        (".git/hooks/post-checkout", "#!/bin/sh\n# File generated by pre-commit: https://pre-commit.com\n", "FROM_REF"),
        (".overcommit.yml", "", "`PostCheckout` in `.overcommit.yml`"),
    ],
)
def test_hooks_folder_that_a_tool_manages_is_not_written_to(
    repository: Repository, path: str, text: str, hint: str
) -> None:
    repository.script(repository.top / path, text)
    assert hint in repository.refusal()
    hook = repository.top / ".git" / HOOK
    assert (hook.read_text() if hook.exists() else "") == (text if path.endswith("post-checkout") else "")


def test_pre_commits_other_hooks_do_not_keep_the_hook_away(repository: Repository) -> None:
    repository.script(repository.top / ".git/hooks/pre-commit", "#!/bin/sh\n# File generated by pre-commit\n")
    assert repository.init().failures == ()


def test_folder_outside_of_git_is_an_error(tmp_path: Path) -> None:
    target = Target(cwd=str(tmp_path), worktree=str(tmp_path), environment={"PATH": os.environ["PATH"]})
    (error,) = init(target, ("git",), dry_run=False).failures
    assert "is not in a git repository" in error.message


def test_removal_is_for_git_alone(tmp_path: Path) -> None:
    target = Target(cwd=str(tmp_path), worktree=str(tmp_path), environment={})
    with pytest.raises(UsageError, match="is for git's hook alone"):
        init(target, ("cursor",), remove=True, dry_run=False)


def test_new_worktree_gets_its_env_file_from_git_and_from_wtc(repository: Repository) -> None:
    repository.environment["WTC_CONFIG_DIR"] = str(repository.base / "config")
    real = f'#!/bin/sh\npwd >>"$CALLS/calls"\nexec "{sys.executable}" -m wtc "$@"\n'
    repository.script(repository.base / "bin/wtc", real)
    repository.script(repository.top / ".git/info/exclude", ".env\n", mode=0o644)
    (repository.top / ".env").write_text("A=1\n")
    repository.init()
    assert repository.git(repository.top, "worktree", "add", "-q", "../one") == 0
    assert (repository.base / "one/.env").read_text() == "A=1\n"
    command = [sys.executable, "-m", "wtc", "worktree", "add", "two"]
    done = subprocess.run(command, cwd=repository.top, env=repository.environment, check=True, capture_output=True)
    assert b".env was copied from" in done.stderr
    assert repository.set_up() == ["one"]
