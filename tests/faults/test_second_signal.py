"""A second signal ends a command at once, whatever the engine does; the first one ends it cleanly."""

import os
import signal
import threading
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest

from tests.e2e.harness import Started, Workshop, one_service, until
from tests.e2e.proxy import Exchange, Proxy, pass_exchange
from tests.e2e.terminal import Terminal
from tests.wtc_process import start_wtc
from wtc.registry.file_lock import inheritable_lock
from wtc.worktrees.worktree_id import lock_path

pytestmark = pytest.mark.engine

AT_ONCE_S = 8.0
"""On a busy machine."""


class Swallow:
    """Never answers the first request whose path ends like this."""

    def __init__(self, end: str) -> None:
        self._end = end
        self.came = threading.Event()

    def __call__(self, exchange: Exchange) -> None:
        path = urlsplit(exchange.target).path
        if not path.endswith(self._end):
            pass_exchange(exchange)
            return
        exchange.drop()
        self.came.set()
        while exchange.requests.read1(1):
            pass


@pytest.mark.parametrize(
    ("line", "end"),
    [
        ("up", "/start"),
        ("up --foreground", "/start"),
        ("down", "/stop"),
        ("clean -y", "/stop"),
        ("restart", "/stop"),
        ("run --rm -T web true", "/start"),
        ("exec -T web true", "/start"),
        ("attach --no-stdin web", "/attach"),
        ("attach --no-stdin web", "/wait"),
        ("rm -sf", "/stop"),
        ("kill", "/kill"),
        ("scale web=2", "/create"),
        ("create --force-recreate", "/create"),
    ],
)
def test_second_signal_ends_a_command_whose_operation_is_never_answered(
    workshop: Workshop, witness: Callable[..., Proxy], line: str, end: str
) -> None:
    workshop.commit({"compose.yaml": one_service()})
    if not line.startswith("up"):
        workshop.wtc("up")
    swallow = Swallow(end)
    started = workshop.start(*line.split(), env={"DOCKER_HOST": witness(handle=swallow).address})
    assert swallow.came.wait(AT_ONCE_S)
    started.popen.send_signal(signal.SIGTERM)
    # Another one, because the system delivers two of a kind that come at once as one.
    if started.popen.poll() is None:
        started.popen.send_signal(signal.SIGHUP)
    ended = started.end(deadline_s=AT_ONCE_S)
    assert ended.status in {130, 143}, ended.err
    assert "Traceback" not in ended.err
    workshop.wtc("up")
    workshop.wtc("clean", "-y", "-t", "0")
    assert workshop.leftovers() == []


def test_second_signal_ends_an_attachment_to_a_process_that_ignores_signals(
    workshop: Workshop, witness: Callable[..., Proxy]
) -> None:
    ignoring = """sh -c "trap 'echo caught' INT; trap '' TERM HUP; while :; do echo tick; sleep 0.1; done\""""
    workshop.commit({"compose.yaml": one_service(command=ignoring)})
    workshop.wtc("up")
    swallow = Swallow("/kill")
    for engine in ({}, {"DOCKER_HOST": witness(handle=swallow).address}):
        started = workshop.start("attach", "--no-stdin", "web", env=engine)
        assert started.popen.stdout is not None
        assert started.popen.stdout.readline()
        started.popen.send_signal(signal.SIGINT)
        if engine:
            assert swallow.came.wait(AT_ONCE_S)
        else:
            while "caught" not in started.popen.stdout.readline():
                pass
        started.popen.send_signal(signal.SIGTERM)
        assert started.end(deadline_s=AT_ONCE_S).status == 143
    assert workshop.wtc("ps", "-q", "--status", "running").out


@pytest.mark.parametrize("line", ["exec web sleep 1000", "attach web"])
def test_signal_ends_a_command_whose_terminal_is_never_resized(
    workshop: Workshop, witness: Callable[..., Proxy], line: str
) -> None:
    workshop.commit({"compose.yaml": one_service("web", "tty: true", "stdin_open: true")})
    workshop.wtc("up")
    swallow = Swallow("/resize")
    engine = {"DOCKER_HOST": witness(handle=swallow).address}
    with Terminal(workshop, line.split(), env=engine) as terminal:
        assert swallow.came.wait(AT_ONCE_S)
        os.kill(terminal.popen.pid, signal.SIGTERM)
        until(lambda: terminal.popen.poll() is not None, "it ends", deadline_s=AT_ONCE_S)
        assert terminal.end() == 143
        assert terminal.is_as_before()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signal_ends_a_command_that_waits_for_the_stacks_lock(workshop: Workshop, number: signal.Signals) -> None:
    workshop.commit({"compose.yaml": one_service()})
    workshop.wtc("up")
    held = inheritable_lock(lock_path(str(workshop.main / ".git")))
    assert held is not None
    log = workshop.base / "err"
    with log.open("wb") as err:
        started = Started(popen=start_wtc("down", cwd=workshop.main, env=workshop.env, stderr=err.fileno()))
        until(lambda: b"waiting for another wtc" in log.read_bytes(), "it waits for the lock")
        started.popen.send_signal(number)
        status = started.popen.wait(AT_ONCE_S)
    started.popen.communicate()
    os.close(held)
    assert status == {signal.SIGINT: 130, signal.SIGTERM: 143}[number]
