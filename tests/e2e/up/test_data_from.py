"""`up --data-from`: a stack that starts with another one's data, whatever cuts the copy off."""

import fcntl
import json
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.harness import PROBES, QUICK, Stack, Started, Workshop, labelled
from tests.e2e.killer import Killer
from tests.e2e.proxy import Proxy
from wtc import labels as label
from wtc.worktrees.worktree_id import lock_path

pytestmark = pytest.mark.engine

REDIS = f"""\
services:
  db:
    image: redis:7
    command: redis-server --appendonly yes
    volumes: ["rows:/data"]
    healthcheck: {{test: [CMD, redis-cli, ping], {PROBES}}}
volumes: {{rows: {{}}}}
"""
BOX = f"""\
services:
  db:
    {QUICK}
    command: sleep 1000
    volumes: ["rows:/data"]
volumes: {{rows: {{}}}}
"""


def copies(stack: Stack) -> list[str]:
    """The markers and containers of copies into the stack."""
    volumes = [v.name for v in stack.client.volumes.list(filters={"label": label.COPY})]
    containers = [
        c.name for c in stack.client.containers.list(all=True, ignore_removed=True, filters={"label": label.COPY})
    ]
    return [name for name in (*volumes, *containers) if name.startswith(f"{stack.namespace}_")]


def test_worktree_starts_with_a_copy_of_mains_data_and_main_keeps_running(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": REDIS})
    main = workshop.up()
    main.run("db", "redis-cli", "set", "colour", "red")
    ids = main.ids()
    linked = workshop.worktree("linked")
    planned = workshop.wtc("up", "--data-from", "main", "--dry-run", cwd=linked).out
    assert f"stop container {main.namespace}_db: it writes to a volume that is copied" in planned
    assert not [name for name in workshop.leftovers() if "linked" in name]

    copied = workshop.wtc("up", "--data-from", "main", cwd=linked)
    assert f"`{main.namespace}_db` is stopped for a consistent copy, and started again after it" in copied.err
    stack = workshop.up(cwd=linked)
    assert stack.run("db", "redis-cli", "get", "colour") == "red\n"
    assert main.ids() == ids
    main.container("db").reload()
    assert main.container("db").status == "running"
    assert copies(stack) == []

    stack.run("db", "redis-cli", "set", "colour", "blue")
    again = workshop.wtc("up", "--data-from", str(workshop.main), cwd=linked)
    assert "nothing is copied: all volumes of the stack exist" in again.err
    assert stack.run("db", "redis-cli", "get", "colour") == "blue\n"
    assert main.run("db", "redis-cli", "get", "colour") == "red\n"

    workshop.git("-C", str(linked), "switch", "-q", "-c", "team/blue")
    other = workshop.worktree("other")
    for name in ("team/blue", linked.name):
        planned = workshop.wtc("up", "--data-from", name, "--dry-run", cwd=other).out
        assert f"copy volume {stack.namespace}_rows" in planned


@dataclass(frozen=True, slots=True, kw_only=True)
class Composed:
    """What a Docker Compose stack of a folder leaves on the engine: a stopped container and a volume."""

    project: str
    volume: str


@pytest.fixture
def composed(workshop: Workshop, client: Any) -> Iterator[Callable[..., Composed]]:
    made: list[Composed] = []

    def make(folder: Path, *, with_container: bool = True) -> Composed:
        found = Composed(project=f"shop{workshop.token}", volume=f"shop{workshop.token}_rows")
        made.append(found)
        project = {label.COMPOSE_PROJECT: found.project}
        client.volumes.create(found.volume, labels={**project, label.COMPOSE_VOLUME: "rows"})
        labels = {**project, label.COMPOSE_SERVICE: "db", label.COMPOSE_WORKING_DIR: str(folder)}
        client.containers.run(
            "busybox:1.36",
            ["sh", "-c", "echo mine > /data/row"],
            name=f"{found.project}-db-1",
            labels=labels,
            volumes={found.volume: {"bind": "/data"}},
            remove=not with_container,
        )
        return found

    yield make
    for one in made:
        for container in client.containers.list(
            all=True, ignore_removed=True, filters={"label": f"{label.COMPOSE_PROJECT}={one.project}"}
        ):
            container.remove(force=True)
        client.volumes.get(one.volume).remove(force=True)


def test_first_up_beside_docker_compose_names_its_data_and_the_command(
    workshop: Workshop, composed: Callable[..., Composed]
) -> None:
    workshop.commit({"compose.yaml": BOX})
    found = composed(workshop.main)
    first = workshop.wtc("up")
    assert f"the data of Docker Compose project `{found.project}` remains in volume `{found.volume}`" in first.err
    assert "wtc up --data-from compose" in first.err
    assert "Docker Compose" not in workshop.wtc("up").err

    workshop.wtc("clean", "-y", "-t", "0")
    stack = workshop.up("--data-from", "compose")
    assert stack.run("db", "cat", "/data/row") == "mine\n"


def test_linked_worktree_copies_from_docker_compose_in_the_main_folder(
    workshop: Workshop, composed: Callable[..., Composed]
) -> None:
    workshop.commit({"compose.yaml": BOX})
    composed(workshop.main)
    stack = workshop.up("--data-from", "compose", cwd=workshop.worktree("linked"))
    assert stack.run("db", "cat", "/data/row") == "mine\n"


def test_docker_compose_project_that_nothing_proves_has_to_be_named(
    workshop: Workshop, composed: Callable[..., Composed]
) -> None:
    workshop.commit({"compose.yaml": BOX})
    found = composed(workshop.main, with_container=False)
    refused = workshop.refused("up", "--data-from", "compose", status=2)
    assert "no container proves which Docker Compose project belongs to" in refused.err
    assert "Docker Compose" not in workshop.wtc("up").err
    workshop.wtc("clean", "-y", "-t", "0")
    stack = workshop.up("--data-from", f"compose:{found.project}")
    assert stack.run("db", "cat", "/data/row") == "mine\n"


@pytest.mark.parametrize(
    ("source", "status", "message"),
    [
        ("main", 2, "`--data-from main` names this worktree itself"),
        (".", 2, "`--data-from .` names this worktree itself"),
        ("", 2, "`--data-from` is empty"),
        ("compose:", 2, "`--data-from compose:` does not name a project"),
        ("../nowhere", 2, "`--data-from ../nowhere` does not name a worktree"),
        ("/", 1, "has no stack with volumes to copy"),
        ("compose", 2, "no container proves which Docker Compose project belongs to"),
        ("compose:never", 2, "the engine has no volumes of a Docker Compose project `never`"),
    ],
)
def test_source_without_data_is_an_error_and_creates_nothing(
    workshop: Workshop, source: str, status: int, message: str
) -> None:
    workshop.commit({"compose.yaml": BOX})
    assert message in workshop.refused("up", "--data-from", source, status=status).err
    assert workshop.leftovers() == []


def test_source_that_is_not_another_worktree_is_refused_even_if_nothing_is_copied(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": BOX})
    workshop.up()
    for source in ("nope", "/nowhere", "main"):
        assert f"`--data-from {source}` " in workshop.refused("up", "--data-from", source, status=2).err


@pytest.mark.parametrize("option", ["--data-from", "--stack", "--mem-limit"])
def test_empty_value_is_not_taken_as_the_default(workshop: Workshop, option: str) -> None:
    workshop.commit({"compose.yaml": BOX})
    assert f"`{option}` is empty" in workshop.refused("up", "--adopt", option, "", status=2).err
    assert workshop.leftovers() == []


def filled_main(workshop: Workshop, *, size: int = 2_000_000) -> Stack:
    workshop.commit({"compose.yaml": BOX})
    main = workshop.up()
    main.run("db", "sh", "-c", f"head -c {size} /dev/urandom > /data/big; echo last > /data/row")
    return main


def assert_complete(stack: Stack, main: Stack) -> None:
    checksum = ("sh", "-c", "cd /data && sha1sum big row")
    assert stack.run("db", *checksum) == main.run("db", *checksum)
    assert main.container("db").status == "running"
    assert copies(stack) == []


def killed_copy(workshop: Workshop, witness: Callable[..., Proxy], number: int) -> Path:
    """A new worktree whose copy of main's data was killed at its request `number` that changes something."""
    linked = workshop.worktree("linked")
    killer = Killer(number)
    proxy = witness(changing=killer)
    started = workshop.start("up", "--data-from", "main", cwd=linked, env={"DOCKER_HOST": proxy.address})
    killer.aim(started)
    assert started.end().status == -signal.SIGKILL, proxy.changes
    return linked


# The marker, the stop, the target, the two containers, the archive, their removal, the start, the marker's removal.
@pytest.mark.parametrize("number", range(1, 11))
def test_copy_that_is_killed_anywhere_is_finished_by_the_next_up(
    workshop: Workshop, witness: Callable[..., Proxy], number: int
) -> None:
    main = filled_main(workshop)
    linked = killed_copy(workshop, witness, number)
    assert_complete(workshop.up(cwd=linked), main)


def test_clean_after_a_killed_copy_leaves_nothing_and_starts_main_again(
    workshop: Workshop, witness: Callable[..., Proxy]
) -> None:
    main = filled_main(workshop)
    linked = killed_copy(workshop, witness, 6)
    workshop.wtc("clean", "-y", "-t", "0", cwd=linked)
    assert not [name for name in workshop.leftovers() if "linked" in name]
    assert main.container("db").status == "running"


@pytest.mark.parametrize("arguments", [["clean", "-y"], ["clean", "-y", "--volume", "rows"]], ids=" ".join)
def test_clean_of_the_source_removes_the_containers_of_a_killed_copy(
    workshop: Workshop, witness: Callable[..., Proxy], arguments: list[str]
) -> None:
    main = filled_main(workshop)
    linked = killed_copy(workshop, witness, 6)
    assert readers(workshop, linked)
    workshop.wtc("down")
    workshop.wtc(*arguments)
    assert f"volume {main.namespace}_rows" not in workshop.leftovers()
    assert not readers(workshop, linked)
    assert "no longer exists" in workshop.refused("up", cwd=linked, status=5).err


def readers(workshop: Workshop, linked: Path) -> list[str]:
    """The containers with which a copy into the worktree's stack reads."""
    return [
        name for name in labelled(workshop.client, f"{label.WORKTREE}={linked}") if name.endswith("_copying_reader")
    ]


def test_run_does_not_use_half_a_copy(workshop: Workshop, witness: Callable[..., Proxy]) -> None:
    filled_main(workshop)
    linked = killed_copy(workshop, witness, 6)
    refused = workshop.refused("run", "--rm", "-T", "db", "true", cwd=linked, status=5)
    assert "holds an unfinished copy" in refused.err
    # Its reader mounts main's volume, which could not be removed before it.
    workshop.wtc("clean", "-y", "-t", "0", cwd=linked)


def signalled_amid_copy(workshop: Workshop, linked: Path, number: signal.Signals) -> int:
    """The exit status of `up` that gets the signal once a part of the archive has been copied."""
    popen = workshop.start("up", "--data-from", "main", "--events", "json", cwd=linked).popen
    assert popen.stderr is not None
    for line in popen.stderr:
        if (json.loads(line).get("current_bytes") or 0) > 0:
            popen.send_signal(number)
            break
    Started(popen=popen).end()
    return popen.returncode


@pytest.mark.slow
def test_copy_that_is_killed_amid_the_archive_is_finished_by_the_next_up(workshop: Workshop) -> None:
    main = filled_main(workshop, size=200_000_000)
    linked = workshop.worktree("linked")
    assert signalled_amid_copy(workshop, linked, signal.SIGKILL) == -signal.SIGKILL
    main.container("db").reload()
    assert main.container("db").status == "exited"
    assert_complete(workshop.up(cwd=linked), main)


@pytest.mark.slow
def test_interrupted_copy_starts_main_again_and_leaves_no_container(workshop: Workshop, client: Any) -> None:
    main = filled_main(workshop, size=200_000_000)
    linked = workshop.worktree("linked")
    assert signalled_amid_copy(workshop, linked, signal.SIGTERM) == 143
    assert main.container("db").status == "running"
    helpers = client.containers.list(all=True, ignore_removed=True, filters={"label": label.COPY})
    assert not [c.name for c in helpers if c.name.startswith(f"linked-{workshop.token}")]
    assert_complete(workshop.up(cwd=linked), main)


def test_up_holds_no_lock_while_it_waits_for_one_that_comes_earlier(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": BOX})
    linked = workshop.worktree("linked")
    filled = workshop.up(cwd=linked)
    filled.run("db", "sh", "-c", "echo first > /data/big; echo last > /data/row")
    git_dirs = [workshop.main / ".git", workshop.main / ".git/worktrees" / linked.name]
    with open(lock_path(str(git_dirs[0])), "rb") as own, open(lock_path(str(git_dirs[1])), "rb") as source:
        fcntl.flock(source, fcntl.LOCK_EX)
        started = workshop.start("up", "--json", "--data-from", str(linked))
        assert started.popen.stderr is not None
        assert any("waiting for another wtc" in line for line in started.popen.stderr)
        fcntl.flock(own, fcntl.LOCK_EX | fcntl.LOCK_NB)
        fcntl.flock(own, fcntl.LOCK_UN)
        fcntl.flock(source, fcntl.LOCK_UN)
        ended = started.end()
    assert ended.status == 0, ended.err
    assert_complete(Stack(workshop.client, ended.json()), filled)


def test_foreign_writer_of_the_source_is_a_conflict(workshop: Workshop, client: Any) -> None:
    main = filled_main(workshop)
    volume = f"{main.namespace}_rows"
    mine = client.containers.run(
        "busybox:1.36", "sleep 1000", init=True, detach=True, volumes={volume: {"bind": "/data"}}
    )
    try:
        refused = workshop.refused("up", "--data-from", "main", cwd=workshop.worktree("linked"), status=5)
        assert f"writes to volume `{volume}`, which is to be copied" in refused.err
    finally:
        mine.remove(force=True)
