"""A `wtc up` that is killed anywhere: the next `up` comes home, and `clean` after it leaves nothing."""

import os
import signal
import threading
from collections.abc import Callable

import pytest

from tests.e2e.harness import SHOP, Workshop, write
from tests.e2e.killer import Killer
from tests.e2e.proxy import Proxy

pytestmark = pytest.mark.engine

FILES = {
    "compose.yaml": SHOP.replace("image: busybox:1.36", "build: .", 1),
    "Dockerfile": "FROM busybox:1.36\nRUN echo built > /page\n",
}


def kill_up(workshop: Workshop, witness: Callable[..., Proxy], number: int) -> None:
    killer = Killer(number)
    proxy = witness(changing=killer)
    started = workshop.start("up", env={"DOCKER_HOST": proxy.address})
    killer.aim(started)
    ended = started.end()
    assert ended.status == -signal.SIGKILL, f"it got home before request {number}: {proxy.changes}\n{ended.err}"


# Build, volume, network, and for each of two containers create and start.
@pytest.mark.parametrize("number", range(1, 7))
def test_up_after_a_killed_first_up_comes_home(workshop: Workshop, witness: Callable[..., Proxy], number: int) -> None:
    workshop.commit(FILES)
    kill_up(workshop, witness, number)
    stack = workshop.up()
    assert "root" in stack.run("web", "wget", "-qO-", "http://shop-db/passwd")
    assert set(stack.ids()) == {"web", "db"}
    assert workshop.up().answer["changed"] is False
    workshop.wtc("clean", "-y", "-t", "0")
    assert workshop.leftovers() == []


# Make the replacement, stop the old one, remove it, rename the replacement, start it.
@pytest.mark.parametrize("number", range(1, 6))
def test_up_after_a_killed_recreation_comes_home(
    workshop: Workshop, witness: Callable[..., Proxy], number: int
) -> None:
    workshop.commit({"compose.yaml": SHOP})
    before = workshop.up()
    before.run("db", "sh", "-c", "echo kept > /data/row")
    ids = before.ids()
    write(workshop.main, {"compose.yaml": SHOP.replace("COLOUR: red", "COLOUR: blue")})
    kill_up(workshop, witness, number)
    stack = workshop.up()
    assert stack.variable("web", "COLOUR") == "blue"
    assert stack.run("web", "wget", "-qO-", "http://db/row") == "kept\n"
    assert stack.ids()["db"] == ids["db"]
    assert stack.ports == before.ports
    assert sum(name.startswith("container") for name in workshop.leftovers()) == 2


@pytest.mark.parametrize("number", [1, 4])
def test_clean_after_a_killed_up_leaves_nothing(workshop: Workshop, witness: Callable[..., Proxy], number: int) -> None:
    workshop.commit(FILES)
    kill_up(workshop, witness, number)
    workshop.wtc("clean", "-y", "-t", "0")
    workshop.wtc("up")
    workshop.wtc("clean", "-y", "-t", "0")
    assert workshop.leftovers() == []


def test_clean_after_a_killed_clean_comes_home(workshop: Workshop, witness: Callable[..., Proxy]) -> None:
    workshop.commit(FILES)
    workshop.wtc("up")
    killer = Killer(3)
    proxy = witness(changing=killer)
    started = workshop.start("clean", "-y", "-t", "0", env={"DOCKER_HOST": proxy.address})
    killer.aim(started)
    assert started.end().status == -signal.SIGKILL
    workshop.wtc("clean", "-y", "-t", "0")
    assert workshop.leftovers() == []
    assert "nothing to clean" in workshop.wtc("clean", "-y").err


def test_interrupted_up_reports_what_runs(workshop: Workshop, witness: Callable[..., Proxy]) -> None:
    workshop.commit({"compose.yaml": SHOP})
    aimed = threading.Event()
    popen: list[int] = []

    def interrupt(_number: int, request: str) -> None:
        if request.endswith("/start"):
            aimed.wait(10)
            os.kill(popen[0], signal.SIGTERM)

    proxy = witness(changing=interrupt)
    started = workshop.start("up", "--json", env={"DOCKER_HOST": proxy.address})
    popen.append(started.popen.pid)
    aimed.set()
    ended = started.end()
    assert ended.status == 143, ended.err
    assert "interrupted" in ended.err
    assert "running now: db" in ended.err
    assert ended.json()["error"]["exit_status"] == 143
