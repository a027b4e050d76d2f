"""A worktree is gone only where that is proved: not under a mount, without permission, or on another machine."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.harness import Ended, Stack, Workshop, write
from tests.e2e.identity import STORE, mark, mark_of, objects, without_network
from wtc.worktrees.worktree_id import has_record, read_id

pytestmark = pytest.mark.engine

needs_root = pytest.mark.skipif(
    os.geteuid() != 0 and not os.environ.get("CI"), reason="mounting and changing the user need root"
)

NOBODY = 65534


def in_namespace(workshop: Workshop, script: str, *arguments: str, config: Path | None = None) -> Ended:
    """Run a shell script with `$@` as `wtc ...` in a mount namespace that leaks nothing."""
    env = {**workshop.env, "PYTHON": sys.executable, **({"WTC_CONFIG_DIR": str(config)} if config else {})}
    body = f'set -e\nwtc() {{ "$PYTHON" -m wtc "$@"; }}\n{script}'
    done = subprocess.run(
        ["unshare", "--mount", "--propagation", "private", "sh", "-c", body, "sh", *arguments],
        cwd="/",
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return Ended(status=done.returncode, out=done.stdout, err=done.stderr)


def nested(workshop: Workshop) -> tuple[Path, Stack]:
    """A worktree in a folder above which the test can put something, with its stack up."""
    workshop.commit({"compose.yaml": STORE})
    folder = workshop.base / "trees" / f"linked-{workshop.token}"
    workshop.git("worktree", "add", "-q", "--detach", str(folder))
    workshop.folders.append(folder)
    stack = workshop.up(cwd=folder)
    mark(stack, "precious")
    return folder, stack


@needs_root
@pytest.mark.parametrize("over", ["parent", "grandparent", "folder"])
@pytest.mark.parametrize("pruned", [False, True], ids=["listed", "pruned"])
def test_worktree_under_a_mount_is_not_gone(workshop: Workshop, over: str, *, pruned: bool) -> None:
    """A disk that is mounted over it: git calls the worktree prunable, and may have pruned it by itself."""
    folder, stack = nested(workshop)
    target = {"folder": folder, "parent": folder.parent, "grandparent": workshop.base}[over]
    # The repository and wtc's configuration stay in sight where the mount hides them.
    script = f"""
    mkdir -p /mnt && mount -t tmpfs none /mnt && mkdir /mnt/all && mount --bind {workshop.base} /mnt/all
    mount -t tmpfs none {target}
    if [ {over} = grandparent ]; then
      for each in config home {workshop.main.name}; do
        mkdir {workshop.base}/$each; mount --bind /mnt/all/$each {workshop.base}/$each
      done
    fi
    {"git -C " + str(workshop.main) + " worktree prune --expire now" if pruned else ":"}
    wtc clean --gone -y --all-gone
    wtc clean --gone -y
    wtc doctor >/dev/null || :
    wtc clean -y -w {folder} || exit $?
    """
    ended = in_namespace(workshop, script)
    assert ended.status == 5, ended.err
    assert mark_of(stack) == "precious"
    if pruned:
        workshop.wtc("clean", "-y", "-t", "0", "--stack", stack.namespace, cwd=workshop.base)


@needs_root
def test_worktree_in_a_folder_that_cannot_be_read_is_not_gone(workshop: Workshop) -> None:
    folder, stack = nested(workshop)
    folder.parent.chmod(0o700)
    os.chown(folder.parent, NOBODY, NOBODY)
    for options in ("-y", "--all-gone"):
        ended = without_permission(workshop, "clean", "--gone", "-y", options)
        assert ended.status == 0, ended.err
    ended = without_permission(workshop, "clean", "-y", "-w", str(folder))
    assert ended.status == 5, ended.err
    assert "is not accessible" in ended.err
    assert mark_of(stack) == "precious"


def without_permission(workshop: Workshop, *arguments: str) -> Ended:
    """`wtc ...` by a root that may not look into the folders of other users."""
    lost = "--bounding-set=-dac_override,-dac_read_search"
    done = subprocess.run(
        ["setpriv", lost, sys.executable, "-m", "wtc", *arguments],
        cwd="/",
        env=workshop.env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return Ended(status=done.returncode, out=done.stdout, err=done.stderr)


def test_worktree_with_bytes_in_its_path_is_found_and_cleaned(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": STORE})
    folder = Path(os.fsdecode(os.fsencode(workshop.base) + b"/raw-\xff\xfe-" + workshop.token.encode()))
    workshop.git("worktree", "add", "-q", "--detach", str(folder))
    stack = workshop.up(cwd=folder)
    mark(stack, "precious")
    for options in ("-y",), ("-y", "--all-gone"), ("--dry-run",):
        workshop.wtc("clean", "--gone", *options, cwd=workshop.base)
    assert mark_of(stack) == "precious"
    assert workshop.up(cwd=folder).answer["changed"] is False
    assert stack.namespace in workshop.wtc("ps", "-a", "--json").out
    workshop.git("worktree", "remove", "--force", str(folder))
    workshop.wtc("clean", "-y", "-t", "0", "-w", str(folder), cwd=workshop.base)
    assert objects(workshop, stack.namespace) == []


def test_stack_of_another_machine_is_not_gone(workshop: Workshop, tmp_path: Path) -> None:
    """One engine, two machines: each has its own configuration folder, and does not see the other's folders."""
    folder, stack = nested(workshop)
    other = {"WTC_CONFIG_DIR": str(tmp_path / "other")}
    plain = workshop.folder("plain", {"compose.yaml": STORE})
    theirs = workshop.up(cwd=plain, env=other)
    workshop.git("worktree", "remove", "--force", str(folder))
    for arguments in (("--gone", "-y"), ("--gone", "-y", "--all-gone")):
        workshop.wtc("clean", *arguments, cwd=workshop.base, env=other)
        assert mark_of(stack) == "precious"
    ended = workshop.refused("clean", "-y", "-w", str(folder), cwd=workshop.base, env=other, status=5)
    assert "another host" in ended.err
    listed = workshop.wtc("clean", "--all", "--dry-run", "--json", env=other).json()
    assert {c["namespace"] for c in listed["cleaned"]} == {theirs.namespace}
    assert stack.namespace in {c["namespace"] for c in listed["left"]}
    workshop.wtc("clean", "--all", "-y", "-t", "0", env=other)
    assert objects(workshop, theirs.namespace) == []
    assert mark_of(stack) == "precious"


def test_more_than_half_of_the_stacks_are_not_removed_as_gone_at_once(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": STORE})
    folders = [workshop.worktree(name) for name in ("a", "b", "c")]
    gone = [workshop.up(cwd=folder).namespace for folder in folders]
    kept = workshop.up()
    for folder in folders:
        workshop.git("worktree", "remove", "--force", str(folder))
    before = objects(workshop, *gone)
    ended = workshop.refused("clean", "--gone", "-y", "-t", "0", cwd=workshop.base, status=5)
    assert "--all-gone" in ended.err
    assert objects(workshop, *gone) == before
    dry = workshop.wtc("clean", "--gone", "--dry-run", "--json", cwd=workshop.base).json()
    assert {c["namespace"] for c in dry["cleaned"]} == set(gone)
    workshop.wtc("clean", "--gone", "-y", "--all-gone", "-t", "0", cwd=workshop.base)
    assert objects(workshop, *gone) == []
    assert kept.container("db").status == "running"


@needs_root
def test_clones_at_one_path_on_two_machines_do_not_share_a_stack(workshop: Workshop, tmp_path: Path) -> None:
    """Two mount namespaces see two repositories at one path, and use one engine."""
    place = workshop.base / f"place-{workshop.token}"
    place.mkdir()
    workshop.folders.append(place)
    clones = [tmp_path / "one", tmp_path / "two"]
    for clone in clones:
        clone.mkdir()
        write(clone, {"compose.yaml": STORE})
        subprocess.run(["git", "init", "-q", str(clone)], check=True, env=workshop.env)

    def run(number: int, *arguments: str) -> Ended:
        script = f'mount --bind {clones[number]} {place}\ncd {place}\nwtc "$@"'
        return in_namespace(workshop, script, *arguments, config=tmp_path / f"config-{number}")

    def succeeds(number: int, *arguments: str) -> Ended:
        ended = run(number, *arguments)
        assert ended.status == 0, ended.err
        return ended

    first = Stack(workshop.client, succeeds(0, "up", "--json").json())
    mark(first, "first")
    said = succeeds(1, "up")
    assert f"`{first.namespace}`" in said.err
    second = Stack(workshop.client, succeeds(1, "up", "--json").json())
    mark(second, "second")
    assert second.namespace != first.namespace
    for number, other in enumerate((second, first)):
        listed = {stack["namespace"]: stack for stack in succeeds(number, "ps", "--json").json()["stacks"]}
        assert listed[other.namespace]["place"] == "other-host"
        assert listed[other.namespace]["reason"] == "it was created on another host"
    for number in (0, 1):
        succeeds(number, "clean", "--gone", "-y", "--all-gone")
        succeeds(number, "clean", "--former", "-y")
        ended = run(number, "up", "--adopt")
        assert ended.status in {1, 5}, ended.err
    assert (mark_of(first), mark_of(second)) == ("first", "second")
    assert Stack(workshop.client, succeeds(0, "up", "--json").json()).answer["changed"] is False
    succeeds(1, "clean", "-y", "-t", "0")
    assert objects(workshop, second.namespace) == []
    assert mark_of(first) == "first"
    # From outside, where the folder is not a worktree, nothing proves whose the stack is.
    in_namespace(workshop, f"wtc clean -y -w {place}", config=tmp_path / "config-1")
    assert mark_of(first) == "first"
    succeeds(0, "clean", "-y", "-t", "0")
    assert objects(workshop, first.namespace) == []


def test_registry_entry_without_objects_is_dropped_when_its_path_is_missing(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": STORE})
    folder = workshop.worktree("linked")
    workshop.wtc("setup", cwd=folder)
    assert str(folder) in (workshop.config / "registry.json").read_text()
    workshop.git("worktree", "remove", "--force", str(folder))
    workshop.wtc("clean", "-y", "-w", str(folder), cwd=workshop.base)
    assert str(folder) not in (workshop.config / "registry.json").read_text()


def test_record_of_an_id_is_removed_with_the_last_object_of_a_gone_worktree(workshop: Workshop, client: Any) -> None:
    common = workshop.main / ".git"
    workshop.commit({"compose.yaml": without_network(STORE)})
    linked = workshop.worktree("linked")
    stack = workshop.up(cwd=linked)
    found = read_id(str(common / "worktrees" / linked.name))
    assert found is not None
    workshop.wtc("clean", "-y", cwd=linked)
    assert has_record(str(common), found.id), "the worktree exists"

    stack = workshop.up(cwd=linked)
    workshop.git("worktree", "remove", "--force", str(linked))
    mine = client.containers.create("busybox:1.36", volumes={f"{stack.namespace}_data": {"bind": "/data"}})
    try:
        workshop.wtc("clean", "--gone", "-y")
        assert objects(workshop, stack.namespace) == [f"volume {stack.namespace}_data"]
        assert has_record(str(common), found.id), "a volume still carries the id"
    finally:
        mine.remove(v=False, force=True)
    workshop.wtc("clean", "--gone", "-y")
    assert objects(workshop, stack.namespace) == []
    assert not has_record(str(common), found.id)


def test_record_of_an_id_stays_while_git_lists_the_worktree(workshop: Workshop) -> None:
    common = workshop.main / ".git"
    workshop.commit({"compose.yaml": without_network(STORE)})
    linked = workshop.worktree("linked")
    stack = workshop.up(cwd=linked)
    found = read_id(str(common / "worktrees" / linked.name))
    assert found is not None
    shutil.rmtree(linked)
    workshop.wtc("clean", "-y", "-w", str(linked))
    assert objects(workshop, stack.namespace) == []
    assert has_record(str(common), found.id)
