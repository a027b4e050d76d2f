"""git in the containers that bind a linked worktree, with the host's git in a container of busybox."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.harness import Ended, Stack, Workshop, execute, write

pytestmark = [
    pytest.mark.engine,
    pytest.mark.skipif(sys.platform != "linux", reason="the host's git does not run in a container"),
]

UID = os.getuid()
OTHER = UID + 1
ADA = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com")


@pytest.fixture(scope="module")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `git`, which runs wherever a shell does: with its own libraries and its own loader."""
    folder = tmp_path_factory.mktemp("tools")
    program = shutil.which("git")
    assert program
    listed = subprocess.run(["ldd", program], check=True, capture_output=True, text=True).stdout
    libraries = re.findall(r"(/\S+) \(0x", listed)
    for library in libraries:
        shutil.copy(library, folder)
    shutil.copy(program, folder / "git.program")
    (loader,) = [Path(library).name for library in libraries if "/ld-" in library]
    wrapper = folder / "git"
    # git starts itself for submodules.
    start = f'/tools/{loader} --library-path /tools /tools/git.program "$@"'
    wrapper.write_text(f"#!/bin/sh\nGIT_EXEC_PATH=/tools exec {start}\n")
    wrapper.chmod(0o755)
    folder.chmod(0o755)
    return folder


def compose(tools: Path, *lines: str, user: int = UID, top: str = "") -> str:
    rest = "".join(f"    {line}\n" for line in lines)
    return f"""{top}
services:
  web:
    image: busybox:1.36
    init: true
    stop_grace_period: 0s
    command: sleep 1000
    user: "{user}"
    working_dir: /app
    volumes: [".:/app", "{tools}:/tools:ro"]
{rest}"""


@pytest.fixture
def git_home(workshop: Workshop) -> Workshop:
    """A workshop whose user has a name and an email in git's configuration."""
    config = workshop.home / ".gitconfig"
    config.write_text("[user]\n\tname = Ada\n\temail = ada@example.com\n")
    workshop.env["GIT_CONFIG_GLOBAL"] = str(config)
    return workshop


def inside(stack: Stack, *arguments: str) -> Ended:
    """git in the container, in its working folder."""
    status, text = execute(stack.client, stack.container("web").id, ["/tools/git", *arguments])
    return Ended(status=status, out=text, err="")


def works(stack: Stack, *arguments: str) -> str:
    ended = inside(stack, *arguments)
    assert ended.status == 0, ended.out
    return ended.out


def shell(stack: Stack, script: str) -> int:
    return execute(stack.client, stack.container("web").id, ["sh", "-c", script])[0]


def on_host(folder: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *ADA, *arguments], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout


def owners(folder: Path) -> set[int]:
    return {path.lstat().st_uid for path in folder.rglob("*")}


def test_log_status_and_commit_work_in_a_container(git_home: Workshop, tools: Path) -> None:
    git_home.commit({"compose.yaml": compose(tools), "file": "one"})
    folder = git_home.worktree("linked")
    stack = git_home.up(cwd=folder)
    assert works(stack, "log", "--format=%s") == "a change\n"
    assert works(stack, "status", "--porcelain") == ""
    write(folder, {"file": "two"})
    assert works(stack, "status", "--porcelain") == " M file\n"
    works(stack, "commit", "-qam", "from inside")
    assert on_host(folder, "log", "-1", "--format=%s %an %ae") == "from inside Ada ada@example.com\n"
    assert on_host(folder, "status", "--porcelain") == ""
    assert owners(git_home.main / ".git") == {UID}
    on_host(folder, "commit", "-q", "--allow-empty", "-m", "from outside")
    assert works(stack, "log", "-1", "--format=%s") == "from outside\n"
    works(stack, "switch", "-q", "-c", "topic")
    works(stack, "tag", "mark")
    works(stack, "tag", "-d", "mark")
    assert on_host(folder, "branch", "--show-current") == "topic\n"


def test_container_cannot_change_what_git_on_the_host_runs(git_home: Workshop, tools: Path) -> None:
    git_home.commit({"compose.yaml": compose(tools)})
    folder, other = git_home.worktree("linked"), git_home.worktree("other")
    stack = git_home.up(cwd=folder)
    common = (git_home.main / ".git").resolve()
    entry = on_host(folder, "rev-parse", "--absolute-git-dir").strip()
    before = (common / "config").read_bytes()
    assert shell(stack, f"echo exit > {common}/hooks/pre-commit") != 0
    assert shell(stack, f"rm -rf {common}/hooks") != 0
    assert shell(stack, f"echo > {common}/config") != 0
    assert shell(stack, f"echo /elsewhere > {entry}/gitdir") != 0
    assert shell(stack, f"echo > {entry}/wtc/id") != 0
    assert shell(stack, f"echo > {entry}/config.worktree") != 0
    assert shell(stack, f"echo > {common}/config.worktree") != 0
    assert shell(stack, f"mkdir {common}/modules/sm") != 0
    assert shell(stack, "echo gitdir: /app/evil > /app/.git") != 0
    assert inside(stack, "config", "core.pager", "evil").status != 0
    assert inside(stack, "worktree", "add", "/tmp/new").status != 0
    assert (common / "config").read_bytes() == before
    assert shell(stack, f"touch {entry}/mine") == 0
    listed = on_host(folder, "worktree", "list", "--porcelain")
    inside(stack, "worktree", "prune")
    assert on_host(folder, "worktree", "list", "--porcelain") == listed
    assert on_host(other, "status", "--porcelain") == ""
    assert inside(stack, "worktree", "prune", "--verbose", "--dry-run").out.count(folder.name) == 0


def test_second_up_changes_nothing_even_with_another_worktree(git_home: Workshop, tools: Path) -> None:
    git_home.commit({"compose.yaml": compose(tools)})
    folder = git_home.worktree("linked")
    stack = git_home.up(cwd=folder)
    before = stack.ids()
    git_home.worktree("other")
    on_host(folder, "config", "extensions.worktreeConfig", "true")
    on_host(folder, "config", "--worktree", "a.b", "c")
    assert git_home.up(cwd=folder).ids() == before
    (service,) = git_home.wtc("status", "--json", cwd=folder).json()["services"]
    assert service["diverged"] is None


def test_user_who_is_not_the_owner_can_only_read(git_home: Workshop, tools: Path) -> None:
    git_home.commit({"compose.yaml": compose(tools, user=OTHER)})
    folder = git_home.worktree("linked")
    ended = git_home.wtc("up", "--json", cwd=folder)
    stack = Stack(git_home.client, ended.json())
    assert ended.err.count("git in service `web` can only read the repository") == 1, ended.err
    assert works(stack, "log", "--format=%s") == "a change\n"
    assert works(stack, "status", "--porcelain") == ""
    assert inside(stack, "commit", "--allow-empty", "-m", "x").status != 0
    one_off = ("run", "--rm", "-T", "-u", str(UID), "web", "/tools/git", "commit", "-q", "--allow-empty", "-m", "once")
    git_home.wtc(*one_off, cwd=folder)
    assert on_host(folder, "log", "-1", "--format=%s") == "once\n"
    assert owners(git_home.main / ".git") == {UID}


@pytest.mark.parametrize(
    ("lines", "top"),
    [(["x-wtc: {git: off}"], ""), ([], "x-wtc: {git: off}"), (["x-wtc: {git: off}"], "x-wtc: {git: rw}")],
    ids=["service", "top", "service first"],
)
def test_nothing_is_added_where_git_is_off(git_home: Workshop, tools: Path, lines: list[str], top: str) -> None:
    git_home.commit({"compose.yaml": compose(tools, *lines, top=top)})
    stack = git_home.up(cwd=git_home.worktree("linked"))
    assert inside(stack, "log").status != 0
    assert not stack.container("web").attrs["HostConfig"].get("Mounts")


def test_git_can_be_read_only_by_choice(git_home: Workshop, tools: Path) -> None:
    git_home.commit({"compose.yaml": compose(tools, top="x-wtc: {git: ro}")})
    folder = git_home.worktree("linked")
    ended = git_home.wtc("up", "--json", cwd=folder)
    stack = Stack(git_home.client, ended.json())
    assert "warning" not in ended.err
    assert works(stack, "log", "--format=%s") == "a change\n"
    assert inside(stack, "commit", "--allow-empty", "-m", "x").status != 0
    before = stack.ids()
    assert git_home.up(cwd=folder, env={"WTC_GIT": "rw"}).ids() != before
    works(stack, "commit", "-q", "--allow-empty", "-m", "x")


def test_unknown_access_is_refused_with_its_place(git_home: Workshop, tools: Path) -> None:
    git_home.commit({"compose.yaml": compose(tools, "x-wtc: {git: write}")})
    ended = git_home.refused("up", status=3, cwd=git_home.worktree("linked"))
    assert "`git` is `write`, not `rw`, `ro` or `off`" in ended.err
    assert "services.web.x-wtc.git" in ended.err


def test_relative_git_file_works_where_the_worktree_is_mounted_elsewhere(git_home: Workshop, tools: Path) -> None:
    git_home.commit({"compose.yaml": compose(tools)})
    folder = git_home.worktree("linked")
    entry = Path(on_host(folder, "rev-parse", "--absolute-git-dir").strip())
    (folder / ".git").write_text(f"gitdir: {os.path.relpath(entry, folder)}\n")
    (entry / "gitdir").write_text(f"{os.path.relpath(folder / '.git', entry)}\n")
    stack = git_home.up(cwd=folder)
    assert works(stack, "log", "--format=%s") == "a change\n"
    works(stack, "commit", "-q", "--allow-empty", "-m", "from inside")
    assert on_host(folder, "log", "-1", "--format=%s") == "from inside\n"


def test_missing_hooks_and_configuration_are_created_by_wtc_and_nothing_else(git_home: Workshop, tools: Path) -> None:
    git_home.commit({"compose.yaml": compose(tools)})
    folder = git_home.worktree("linked")
    common = git_home.main / ".git"
    shutil.rmtree(common / "hooks", ignore_errors=True)  # a template without hooks leaves none
    before = {path.relative_to(common) for path in common.iterdir()}
    git_home.wtc("up", "--dry-run", cwd=folder)
    assert not (common / "hooks").exists()
    stack = git_home.up(cwd=folder)
    created = {path.relative_to(common) for path in common.iterdir()} - before
    assert created == {Path(name) for name in ("hooks", "config.worktree", "modules", "wtc")}
    assert (common / "hooks").stat().st_uid == UID
    assert shell(stack, f"touch {common.resolve()}/hooks/pre-commit") != 0


def test_submodules_work_where_the_worktree_has_its_own_path(git_home: Workshop, tools: Path) -> None:
    library = git_home.folder("library", {"file": "one"})
    on_host(library, "init", "-q")
    on_host(library, "add", "-A")
    on_host(library, "commit", "-q", "-m", "library")
    allowed = ("-c", "protocol.file.allow=always", "submodule", "-q")
    git_home.git(*allowed, "add", str(library), "library")
    git_home.commit({"compose.yaml": compose(tools, "x-wtc: {git: rw}").replace("/app", "${PLACE:-/app}")})
    folder = git_home.worktree("linked")
    on_host(folder, *allowed, "update", "--init")
    ended = git_home.wtc("up", "--json", cwd=folder)
    assert "git in service `web` fails at `/app` where it reads submodules" in ended.err
    assert works(Stack(git_home.client, ended.json()), "log", "--format=%s") == "a change\n"
    ended = git_home.wtc("up", "--json", cwd=folder, env={"PLACE": str(folder)})
    stack = Stack(git_home.client, ended.json())
    assert "submodules" not in ended.err
    assert works(stack, "status", "--porcelain") == ""
    assert works(stack, "-C", "library", "log", "--format=%s") == "library\n"


def test_main_worktree_gets_nothing(git_home: Workshop, tools: Path) -> None:
    git_home.commit({"compose.yaml": compose(tools)})
    stack = git_home.up()
    assert not stack.container("web").attrs["HostConfig"].get("Mounts")
    assert inside(stack, "log").status == 0


def test_inspect_lists_what_up_mounts(git_home: Workshop, tools: Path) -> None:
    git_home.commit({"compose.yaml": compose(tools, top="x-wtc: {git: rw}")})
    folder = git_home.worktree("linked")
    stack = git_home.up(cwd=folder)
    (service,) = git_home.wtc("inspect", "--json", cwd=folder).json()["services"]
    mounted = stack.container("web").attrs["HostConfig"]["Mounts"]
    assert service["git"]["access"] == "rw"
    assert service["git"]["mounts"] == [
        {"source": m["Source"], "target": m["Target"], "read_only": m.get("ReadOnly", False)} for m in mounted
    ]


@pytest.mark.skipif(UID != 0 and not os.environ.get("CI"), reason="mounting needs root")
def test_stack_comes_up_on_an_engine_that_does_not_see_the_folder(git_home: Workshop, tools: Path) -> None:
    """The repository is on a filesystem that only wtc's mount namespace has."""
    hidden = git_home.base / "hidden"
    hidden.mkdir()
    write(git_home.base, {"text": compose(tools)})
    script = f"""
    set -e
    wtc() {{ "$PYTHON" -m wtc "$@"; }}
    mount -t tmpfs none {hidden}
    cd {hidden} && git init -q main && cd main && cp {git_home.base}/text compose.yaml && git add -A
    git commit -qm one && git worktree add -q ../linked && cd ../linked
    trap 'wtc clean -y -t 0' EXIT
    wtc up && wtc up && wtc run --rm -T web echo ran
    """
    done = subprocess.run(
        ["unshare", "--mount", "--propagation", "private", "sh", "-c", script],
        env={**git_home.env, "PYTHON": sys.executable},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "ran" in done.stdout
    assert f"the engine does not see `{hidden}/main/.git`" in done.stderr
    assert not (hidden / "main").exists()
