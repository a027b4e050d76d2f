"""What is to start, held against the memory of the engine's machine."""

import re
import threading
from collections.abc import Callable, Iterator

import pytest
from filelock import FileLock

from tests.e2e.harness import DEADLINE_S, Ended, Workshop, one_service, write
from tests.e2e.proxy import Proxy
from wtc.format_units import size_text

pytestmark = pytest.mark.engine

GIB = 1024**3
GUARDED = {"WTC_OVERSUBSCRIBE": "false"}
"""As users have it; the workshop's own stacks are let in whatever runs beside them."""


@pytest.fixture(autouse=True)
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No two of these at once: what one starts is what another has no memory for."""
    with FileLock(tmp_path_factory.getbasetemp().parent / "memory.lock"):
        yield


def huge(workshop: Workshop) -> str:
    """A service that may use more than all of the machine's memory."""
    return one_service("web", f"mem_limit: {workshop.client.info()['MemTotal'] * 2}b")


def test_up_without_enough_memory_is_refused_before_anything_is_created(
    workshop: Workshop, witness: Callable[..., Proxy]
) -> None:
    workshop.commit({"compose.yaml": one_service("web", "mem_limit: 1g")})
    workshop.up()
    other = workshop.worktree("other")
    write(other, {"compose.yaml": huge(workshop)})
    proxy = witness()
    ended = workshop.refused("up", cwd=other, status=1, env={"DOCKER_HOST": proxy.address} | GUARDED)
    assert proxy.changes == []
    memory = workshop.client.info()["MemTotal"]
    refusal = re.search(
        r"error: memory is oversubscribed by (.+): (.+) would be needed, and the engine's machine has (.+)\n", ended.err
    )
    assert refusal is not None
    assert refusal[3] == size_text(memory)
    # What runs beside it is more than the one stack that the test knows of.
    over, needed = (float(text.split()[0]) for text in refusal.groups()[:2])
    assert needed >= 2 * memory / GIB
    assert over == pytest.approx(needed - memory / GIB, abs=0.2)
    assert "idle: " in ended.err
    assert f"wtc down -w {workshop.main}" in ended.err
    assert "run `wtc up --oversubscribe`" in ended.err


def most_of_it(workshop: Workshop) -> str:
    """A service of which one has room, and not two."""
    return one_service("web", f"mem_limit: {workshop.client.info()['MemTotal'] * 6 // 10}b")


def test_of_two_ups_at_once_that_have_room_for_one_the_other_is_refused(
    workshop: Workshop, witness: Callable[..., Proxy]
) -> None:
    workshop.commit({"compose.yaml": most_of_it(workshop)})
    second, seen = workshop.worktree("second"), witness()
    refused: list[Ended] = []

    def meanwhile(count: int, _request: str) -> None:
        # Nothing of the first runs yet: it has only begun to make it.
        if count == 1:
            refused.append(workshop.wtc("up", cwd=second, status=None, env={"DOCKER_HOST": seen.address} | GUARDED))

    workshop.wtc("up", env={"DOCKER_HOST": witness(changing=meanwhile).address} | GUARDED)
    assert [ended.status for ended in refused] == [1]
    assert "what others are just starting counts for" in refused[0].err
    assert seen.changes == []


def test_an_up_that_was_killed_takes_no_memory_from_others(workshop: Workshop, witness: Callable[..., Proxy]) -> None:
    workshop.commit({"compose.yaml": most_of_it(workshop)})
    second = workshop.worktree("second")
    begun = threading.Event()

    def first(_count: int, _request: str) -> None:
        begun.set()

    started = workshop.start("up", env={"DOCKER_HOST": witness(changing=first).address} | GUARDED)
    assert begun.wait(DEADLINE_S)
    started.popen.kill()
    started.end()
    # Unless it had come so far that its container runs.
    workshop.wtc("down", env=GUARDED)
    assert workshop.up(cwd=second, env=GUARDED).container("web").status == "running"


@pytest.mark.parametrize("command", [("start",), ("restart",), ("run", "web", "true")], ids=lambda c: c[0])
def test_what_starts_what_did_not_run_asks_for_memory_too(
    workshop: Workshop, witness: Callable[..., Proxy], command: tuple[str, ...]
) -> None:
    workshop.commit({"compose.yaml": huge(workshop)})
    workshop.up("--no-start")
    proxy = witness()
    ended = workshop.refused(*command, status=1, env={"DOCKER_HOST": proxy.address} | GUARDED)
    assert proxy.changes == []
    assert "memory is oversubscribed by" in ended.err
    assert f"what this `{command[0]}` starts counts for" in ended.err
    goes_on = "run" if command[0] == "run" else "start"
    assert f"run `wtc {goes_on} --oversubscribe" in ended.err
    workshop.wtc(goes_on, "--oversubscribe", *command[1:], env=GUARDED)


def test_restart_of_a_stack_does_not_check_its_own_memory(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": huge(workshop)})
    workshop.up()
    workshop.wtc("restart", "-t", "0", env=GUARDED)


def test_oversubscribe_continues_and_an_up_with_nothing_to_do_does_not_check_memory(
    workshop: Workshop, witness: Callable[..., Proxy]
) -> None:
    workshop.commit({"compose.yaml": huge(workshop)})
    assert workshop.up("--oversubscribe", env=GUARDED).container("web").status == "running"
    proxy = witness()
    assert workshop.up(env={"DOCKER_HOST": proxy.address} | GUARDED).answer["changed"] is False
    assert not [r for r in proxy.requests if "/stats" in r or r.endswith("/info")]


def test_what_is_paused_holds_its_memory(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": most_of_it(workshop)})
    workshop.up()
    workshop.wtc("pause")
    assert workshop.wtc("stats", "--json").json()["stacks"][0]["containers"][0]["memory_bytes"] > 0
    second = workshop.worktree("second")
    assert "memory is oversubscribed by" in workshop.refused("up", cwd=second, status=1, env=GUARDED).err


def test_a_dry_run_warns_of_what_up_would_refuse(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": huge(workshop)})
    ended = workshop.wtc("up", "--dry-run", env=GUARDED)
    assert "warning: memory is oversubscribed" in ended.err
    assert "start container" in ended.out
