"""`wtc worktree`: worktrees come and go together with their stacks."""

import os
import pty
import select
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from tests.e2e.harness import QUICK, Ended, Stack, Workshop, labelled, one_service, write
from tests.wtc_process import start_wtc
from wtc.labels import PROJECT

pytestmark = pytest.mark.engine

FILE = one_service("web", "volumes: [data:/data]", 'ports: ["8080:80"]') + "volumes: {data: {}}\n"
DEAD = 2**22 + 1
"""A process id above the kernel's limit."""


class Shop:
    """A repository with a stack that has a volume, and worktrees that wtc adds."""

    def __init__(self, workshop: Workshop) -> None:
        self.workshop = workshop
        workshop.commit({"compose.yaml": FILE, ".gitignore": ".env\n", "tracked": "first\n"})
        write(workshop.main, {".env": "A=1\n"})

    def add(self, *arguments: str) -> Path:
        path = Path(self.workshop.wtc("worktree", "add", *arguments).out.splitlines()[0])
        self.workshop.folders.append(path)
        return path

    def up(self, path: Path) -> Stack:
        return self.workshop.up(cwd=path)

    def things(self, stack: Stack) -> list[str]:
        return labelled(self.workshop.client, f"{PROJECT}={stack.namespace}")

    def git(self, *arguments: str) -> str:
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.workshop.main,
            env=self.workshop.env,
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout

    def listed(self) -> list[str]:
        lines = self.git("worktree", "list", "--porcelain").splitlines()
        return [line.removeprefix("worktree ") for line in lines if line.startswith("worktree ")][1:]

    def refused(self, *arguments: str, status: int = 5) -> Ended:
        return self.workshop.refused("worktree", *arguments, status=status)

    def at_terminal(self, *arguments: str, answer: str) -> str:
        """`wtc worktree ...` at a terminal on which a person answers; returns what it shows."""
        main, other = pty.openpty()
        env = {**self.workshop.env, "TERM": "dumb"}
        process = start_wtc(
            "worktree", *arguments, cwd=self.workshop.main, env=env, stdin=other, stdout=other, stderr=other
        )
        os.close(other)
        os.write(main, f"{answer}\n".encode())
        shown = b""
        while select.select([main], [], [], 60)[0]:
            try:
                shown += os.read(main, 65536)
            except OSError:
                break
        os.close(main)
        process.wait(60)
        return shown.decode()


@pytest.fixture
def shop(workshop: Workshop) -> Shop:
    return Shop(workshop)


# add


def test_added_worktree_is_prepared_and_locked_and_git_does_not_show_it(shop: Shop) -> None:
    path = shop.add("one")
    assert path == shop.workshop.main.resolve() / ".worktrees/one"
    assert (path / ".env").read_text() == "A=1\n"
    assert shop.git("-C", str(path), "branch", "--show-current") == "wtc/one\n"
    assert shop.git("status", "--porcelain") == ""
    reason = Path(shop.git("-C", str(path), "rev-parse", "--absolute-git-dir").strip(), "locked").read_text()
    assert "`wtc worktree remove one`" in reason
    assert "pid=" not in reason
    shop.add("two")
    assert shop.git("config", "--list", "--local").count("branch.") == 0
    assert (shop.workshop.main / ".git/info/exclude").read_text().count("/.worktrees/") == 1


def test_worktree_is_added_in_a_base_from_a_revision_without_a_branch(shop: Shop) -> None:
    first = shop.git("rev-parse", "HEAD").strip()
    shop.workshop.commit({"tracked": "second\n"})
    path = shop.add("one", "--from", "HEAD~1", "--detach", "--base", "../elsewhere")
    assert path == shop.workshop.base.resolve() / "elsewhere/one"
    assert shop.git("-C", str(path), "rev-parse", "HEAD").strip() == first
    assert shop.git("branch", "--format=%(refname:short)") == "main\n"


def test_base_with_files_of_the_user_is_not_excluded_as_a_whole(shop: Shop) -> None:
    write(shop.workshop.main, {"src/a": ""})
    shop.add("one", "--base", "src")
    assert shop.git("status", "--porcelain", "-uall") == "?? src/a\n"


def test_add_with_up_starts_the_stack_and_prints_its_endpoints(shop: Shop) -> None:
    answer = shop.workshop.wtc("worktree", "add", "one", "--up")
    path = Path(answer.out.splitlines()[0])
    shop.workshop.folders.append(path)
    assert "http://127.0.0.1:" in answer.out
    assert shop.workshop.wtc("up", cwd=path).err.startswith("nothing to do")


@pytest.mark.parametrize("name", ["a/b", "..", ""])
def test_name_that_is_not_a_folder_name_is_a_mistake(shop: Shop, name: str) -> None:
    shop.refused("add", name, status=2)


def test_stack_that_does_not_come_up_leaves_the_worktree(shop: Shop) -> None:
    shop.workshop.commit({"compose.yaml": "services: {web: {imag: x}}\n"})
    ended = shop.workshop.wtc("worktree", "add", "one", status=3)
    path = shop.workshop.main / ".worktrees/one"
    assert "to try again, run `wtc setup -w" in ended.err
    assert path.is_dir()


# list


def test_list_shows_branch_lock_state_and_ports(shop: Shop) -> None:
    one, two = shop.add("one"), shop.add("two", "--detach")
    stack = shop.up(one)
    shop.git("worktree", "unlock", str(two))
    shop.git("worktree", "lock", "--reason", f"job pid={DEAD}", str(two))
    rows = shop.workshop.wtc("worktree", "list", "--json").json()["worktrees"]
    assert [(r["path"], r["main"], r["branch"]) for r in rows] == [
        (str(shop.workshop.main.resolve()), True, "main"),
        (str(one), False, "wtc/one"),
        (str(two), False, None),
    ]
    (up,), (down,) = rows[1]["stacks"], rows[2]["stacks"]
    assert (up["namespace"], up["state"]) == (stack.namespace, "up")
    assert [e["port"] for e in up["endpoints"]] == list(stack.ports.values())
    assert (down["state"], len(down["endpoints"])) == ("down", 1)
    assert rows[2]["lock"] == {"reason": f"job pid={DEAD}", "pid": DEAD, "stale": True}
    text = shop.workshop.wtc("worktree", "list").out
    assert f"stale (process {DEAD} is dead)" in text
    assert f"web:{up['endpoints'][0]['port']}" in text


def test_without_an_engine_the_leased_ports_are_listed(shop: Shop) -> None:
    shop.add("one")
    nowhere = {"DOCKER_HOST": "unix:///nowhere.sock"}
    ended = shop.workshop.wtc("worktree", "list", "--json", env=nowhere)
    (stack,) = ended.json()["worktrees"][1]["stacks"]
    assert (stack["state"], len(stack["endpoints"])) == (None, 1)
    assert "warning" in ended.err


# remove


def test_removed_worktree_takes_its_stack_its_volumes_and_its_branch(shop: Shop) -> None:
    path = shop.add("one")
    stack = shop.up(path)
    shop.workshop.wtc("worktree", "remove", "one", "-y", "--delete-branch")
    assert not path.exists()
    assert shop.things(stack) == []
    assert shop.git("branch", "--format=%(refname:short)") == "main\n"


def test_volumes_stay_unless_somebody_confirms(shop: Shop) -> None:
    path = shop.add("one")
    stack = shop.up(path)
    said = shop.workshop.wtc("worktree", "remove", "one").err
    assert not path.exists()
    assert shop.things(stack) == [f"volume {stack.namespace}_data"]
    assert f"its volumes are kept: `{stack.namespace}_data`" in said


@pytest.mark.parametrize(("answer", "left"), [("y", []), ("n", ["data"])])
def test_a_person_is_asked_about_volumes(shop: Shop, answer: str, left: list[str]) -> None:
    stack = shop.up(shop.add("one"))
    assert "Remove them and their data too?" in shop.at_terminal("remove", "one", answer=answer)
    assert shop.things(stack) == [f"volume {stack.namespace}_{name}" for name in left]
    assert shop.listed() == []


@pytest.mark.parametrize(
    ("cause", "reason"),
    [
        ("changed", "it has 1 uncommitted change"),
        ("untracked", "it has 1 uncommitted change"),
        ("locked", "mine"),
        ("live", "pid=1"),
        ("submodule", "it has submodules, so git removes it only if forced"),
    ],
)
def test_worktree_that_git_would_not_remove_keeps_its_stack_unless_forced(shop: Shop, cause: str, reason: str) -> None:
    path = shop.add("one")
    match cause:
        case "changed":
            write(path, {"tracked": "second\n"})
        case "untracked":
            write(path, {"new": ""})
        case "locked":
            shop.workshop.wtc("worktree", "lock", "one", "--reason", "mine")
        case "live":
            shop.workshop.wtc("worktree", "lock", "one", "--reason", "pid=1")
        case _:
            commit = shop.git("rev-parse", "HEAD").strip()
            write(path, {".gitmodules": '[submodule "sub"]\n\tpath = sub\n\turl = /nowhere\n'})
            shop.git("-C", str(path), "add", ".gitmodules")
            shop.git("-C", str(path), "update-index", "--add", "--cacheinfo", f"160000,{commit},sub")
            (path / "sub").mkdir()
            identity = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com")
            shop.git(*identity, "-C", str(path), "commit", "-q", "-m", "sub")
    stack = shop.up(path)
    assert reason in shop.refused("remove", "one", "-y").err
    assert stack.container("web").status == "running"
    shop.workshop.wtc("worktree", "remove", "one", "-y", "--force")
    assert not path.exists()
    assert shop.things(stack) == []


def test_lock_of_a_dead_process_does_not_keep_a_worktree(shop: Shop) -> None:
    path = shop.add("one")
    shop.workshop.wtc("worktree", "lock", "one", "--reason", f"pid={DEAD}")
    shop.workshop.wtc("worktree", "remove", "one", "-y")
    assert not path.exists()


def test_worktree_whose_folder_is_missing_is_removed_with_its_stack(shop: Shop) -> None:
    path = shop.add("one")
    stack = shop.up(path)
    shutil.rmtree(path)
    shop.workshop.wtc("worktree", "remove", "one", "-y")
    assert shop.listed() == []
    assert shop.things(stack) == []


def test_worktree_is_removed_from_inside_it(shop: Shop) -> None:
    path = shop.add("one")
    shop.workshop.wtc("worktree", "remove", str(path), "-y", "--delete-branch", cwd=path)
    assert not path.exists()
    assert shop.listed() == []


def test_files_of_root_do_not_keep_a_worktree(shop: Shop) -> None:
    path = shop.add("one")
    stack = shop.up(path)
    mount = f"services:\n  web:\n    {QUICK}\n    command: sh -c 'mkdir -p /w/cache/deep && sleep 1000'\n"
    write(path, {"compose.yaml": f"{mount}    volumes: ['./out:/w', 'data:/data']\nvolumes: {{data: {{}}}}\n"})
    write(path, {".gitignore": ".env\nout\n"})
    identity = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com")
    shop.git(*identity, "-C", str(path), "commit", "-q", "-a", "-m", "mount")
    shop.up(path)
    shop.workshop.wtc("worktree", "remove", "one", "-y")
    assert not path.exists()
    assert shop.things(stack) == []


@pytest.mark.parametrize("name", ["none", ".", "main"])
def test_what_is_not_a_linked_worktree_is_a_mistake(shop: Shop, name: str) -> None:
    for command in (("remove",), ("lock",), ("unlock",)):
        shop.refused(*command, name, status=2)
    shop.refused("move", name, "elsewhere", status=2)


def test_two_worktrees_of_one_name_are_named_by_path(shop: Shop) -> None:
    one = shop.add("one")
    other = shop.add("one", "--detach", "--base", "../elsewhere")
    assert "2 worktrees `one`" in shop.refused("lock", "one", status=2).err
    shop.workshop.wtc("worktree", "remove", "-y", "../elsewhere/one")
    assert (one.exists(), other.exists()) == (True, False)


@pytest.mark.parametrize("folder", [".", "objects", "beside"])
def test_bare_repository_has_worktrees_beside_it(folder: str, workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": FILE})
    bare = workshop.base / "project/.bare"
    subprocess.run(
        ["git", "clone", "-q", "--bare", str(workshop.main), str(bare)], env=workshop.env, check=True, text=True
    )
    (bare.parent / ".git").write_text("gitdir: ./.bare\n")
    cwd = bare.parent if folder == "beside" else bare / folder
    path = Path(workshop.wtc("worktree", "add", "one", cwd=cwd).out.splitlines()[0])
    assert path == bare.parent / "one"
    assert str(path) in workshop.wtc("worktree", "list", cwd=cwd).out
    workshop.wtc("worktree", "remove", "-y", "one", cwd=cwd)
    assert not path.exists()


def test_interrupted_add_leaves_nothing_and_ends_with_130(shop: Shop) -> None:
    entered = shop.workshop.base / "entered"
    os.mkfifo(entered)
    hook = shop.workshop.main / ".git/hooks/post-checkout"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\necho > '{entered}'\nexec tail -f /dev/null\n")
    hook.chmod(0o755)
    process = start_wtc("worktree", "add", "one", cwd=shop.workshop.main, env=shop.workshop.env)
    entered.read_text()
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 130
    assert shop.listed() == []
    assert not (shop.workshop.main / ".worktrees/one").exists()


def test_removal_of_a_detached_worktree_prints_its_commit(shop: Shop) -> None:
    path = shop.add("one", "--detach")
    commit = shop.git("-C", str(path), "rev-parse", "HEAD").strip()
    assert f"its HEAD was at `{commit}`" in shop.workshop.wtc("worktree", "remove", "-y", "one").err


# move, lock, unlock


def test_moved_worktree_keeps_its_stack_and_its_lock(shop: Shop) -> None:
    path = shop.add("one")
    stack = shop.up(path)
    answer = shop.workshop.wtc("worktree", "move", "one", "../../../moved", cwd=path)
    moved = Path(answer.out.strip())
    shop.workshop.folders.append(moved)
    assert moved == shop.workshop.base.resolve() / "moved"
    assert shop.listed() == [str(moved)]
    assert "locked created by" in shop.git("worktree", "list", "--porcelain")
    again = shop.up(moved)
    assert (again.namespace, again.ports) == (stack.namespace, stack.ports)
    shop.workshop.wtc("worktree", "remove", "moved", "-y")
    assert shop.things(stack) == []


def test_worktree_that_is_locked_or_whose_new_path_exists_does_not_move(shop: Shop) -> None:
    path = shop.add("one")
    write(shop.workshop.base, {"taken": ""})
    shop.refused("move", "one", "../taken", status=1)
    shop.workshop.wtc("worktree", "lock", "one", "--reason", "mine")
    assert "mine" in shop.refused("move", "one", "../moved").err
    assert shop.listed() == [str(path)]


def test_lock_of_a_user_replaces_that_of_wtc_and_unlock_releases_it(shop: Shop) -> None:
    shop.add("one")
    shop.workshop.wtc("worktree", "lock", "one")
    shop.refused("remove", "one", "-y")
    shop.workshop.wtc("worktree", "unlock", "one")
    shop.workshop.wtc("worktree", "unlock", "one")
    shop.workshop.wtc("worktree", "remove", "one", "-y")


# prune


def test_prune_removes_what_is_left_of_missing_worktrees_after_it_asked(shop: Shop) -> None:
    gone, kept, locked = shop.add("gone"), shop.add("kept"), shop.add("locked")
    stack, stays, also = shop.up(gone), shop.up(kept), shop.up(locked)
    shop.workshop.wtc("worktree", "lock", "locked")
    shutil.rmtree(gone)
    shutil.rmtree(locked)
    dry = shop.workshop.wtc("worktree", "prune", "--dry-run")
    assert f"{stack.namespace}_data" in dry.out
    shop.refused("prune", status=2)
    assert "nothing was removed" in shop.at_terminal("prune", answer="n")
    assert len(shop.listed()) == 3
    shop.at_terminal("prune", answer="y")
    assert shop.listed() == [str(kept), str(locked)]
    assert shop.things(stack) == []
    assert len(shop.things(stays)) == len(shop.things(also)) == 3
    shutil.rmtree(kept)
    shop.workshop.wtc("worktree", "prune", "--yes")
    assert shop.listed() == [str(locked)]
    assert shop.things(stays) == []
    assert "nothing to prune" in shop.workshop.wtc("worktree", "prune").err


def test_stack_of_a_worktree_that_was_moved_by_hand_stays(shop: Shop) -> None:
    path = shop.add("one")
    stack = shop.up(path)
    moved = path.parent / "moved"
    path.rename(moved)
    shop.workshop.folders.append(moved)
    shop.workshop.wtc("up", cwd=moved)
    shop.refused("remove", "one", "-y")
    shop.at_terminal("prune", answer="y")
    shop.workshop.refused("clean", "-y", "-w", str(path), status=5)
    assert stack.container("web").status == "running"
    assert shop.listed() == [str(path)]
    shop.workshop.wtc("clean", "-y", cwd=moved)
