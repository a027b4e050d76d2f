"""`wtc sandbox --stack` on the engine: what the command reaches, and what stays."""

import os
import signal
import socket
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.e2e.harness import QUICK, Ended, Stack, Workshop, until
from tests.sandbox.conftest import bubblewrap
from tests.wtc_process import start_wtc

__all__ = ["bubblewrap"]
pytestmark = [pytest.mark.engine, pytest.mark.usefixtures("bubblewrap")]

HIDDEN = f"""{QUICK}
    networks: [inner]
    expose: ["80"]
    command: sh -c 'hostname >/index.html && exec httpd -f -h /'"""
STACK = f"""\
services:
  cache:
    image: redis:7
    stop_grace_period: 0s
    ports: ["${{CACHE_PORT:-6379}}:6379"]
  web:
    image: nginx:1.22
    stop_grace_period: 0s
    container_name: shop-web
    ports: ["8080:80"]
  first:
    {HIDDEN}
    hostname: I-am-first
  second:
    {HIDDEN}
    hostname: I-am-second
networks:
  inner: {{internal: true}}
"""
ASK = r"""
redis() { exec 3<>/dev/tcp/cache/6379 && printf 'PING\r\n' >&3 && read -r line <&3 && echo "$line"; }
page() { exec 3<>"/dev/tcp/$1/$2" && printf 'GET / HTTP/1.0\r\n\r\n' >&3 && cat <&3 | "${@:3}"; }
"""
"""`redis` asks the service `cache`, `page HOST PORT FILTER...` prints a filtered web page."""


@pytest.fixture(scope="module")
def stack(shared: Workshop) -> Stack:
    shared.commit({"compose.yaml": STACK})
    return shared.up()


def sandbox(shared: Workshop, script: str) -> Ended:
    return shared.wtc("sandbox", "--stack", "--", "bash", "-c", f"{ASK}\n{script}", status=None)


class Conversation:
    """A sandbox that runs one line of a script after the other."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process

    def ask(self, script: str) -> str:
        """Run a line, and return what it printed, both streams."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"({script}) 2>&1; echo end\n")
        self.process.stdin.flush()
        return "".join(iter(self.process.stdout.readline, "end\n"))


@contextmanager
def conversation(shared: Workshop, **environment: str) -> Generator[Conversation]:
    loop = f'{ASK}\nwhile read -r line; do eval "$line"; done'
    command = ("sandbox", "--stack", "--", "bash", "-c", loop)
    env = {**shared.env, **environment}
    with start_wtc(*command, cwd=shared.main, env=env, stdin=subprocess.PIPE) as process:
        try:
            yield Conversation(process)
        finally:
            process.kill()


def test_services_are_reached_by_name(shared: Workshop, stack: Stack) -> None:
    ended = sandbox(shared, "redis; for host in web shop-web; do page $host 80 head -n 1; done; exit 7")
    assert (ended.status, ended.out) == (7, "+PONG\nHTTP/1.1 200 OK\nHTTP/1.1 200 OK\n")


def test_service_that_publishes_nothing_is_reached(shared: Workshop, stack: Stack) -> None:
    ended = sandbox(shared, "for host in first second; do page $host 80 tail -n 1; done")
    assert (ended.status, ended.out) == (0, "I-am-first\nI-am-second\n")


def test_variables_lead_to_the_services(shared: Workshop, stack: Stack) -> None:
    ended = sandbox(shared, 'echo "$WTC_NAMESPACE $WTC_URL_WEB $WTC_PORT_WEB $CACHE_PORT"')
    assert ended.out == f"{stack.namespace} http://web:80 80 6379\n"


def test_nothing_else_is_reached(shared: Workshop, stack: Stack) -> None:
    other = shared.worktree("other")
    others = Stack(stack.client, shared.wtc("up", "--json", "--no-deps", "cache", cwd=other).json())
    networks = others.container("cache").attrs["NetworkSettings"]["Networks"].values()
    [(container, gateway)] = [(network["IPAddress"], network["Gateway"]) for network in networks]
    with socket.create_server(("0.0.0.0", 0)) as server:
        port = server.getsockname()[1]
        peers = [
            ("192.0.2.1", 80),
            ("127.0.0.1", port),
            (gateway, port),
            ("127.0.0.1", stack.ports["cache/6379/tcp"]),
            ("127.0.0.1", others.ports["cache/6379/tcp"]),
            (container, 6379),
            ("first", 81),
        ]
        for host, number in peers[1:6]:
            socket.create_connection((host, number)).close()
        tries = "; ".join(f"(exec 3<>/dev/tcp/{host}/{number}) 2>/dev/null && echo {host}" for host, number in peers)
        ended = sandbox(shared, f"{tries}; test -e /var/run/docker.sock && echo engine; echo end")
    shared.wtc("clean", "-y", "-t", "0", cwd=other)
    assert ended.out == "end\n"


def test_service_is_reached_after_a_restart_at_another_address(shared: Workshop, stack: Stack) -> None:
    with conversation(shared) as inside:
        assert inside.ask("redis; page first 80 tail -n 1") == "+PONG\nI-am-first\n"
        shared.wtc("restart", "cache")
        until(lambda: inside.ask("redis") == "+PONG\n", "redis answers after its restart")
        before = {service: address(stack, service) for service in ("first", "second")}
        shared.wtc("stop", "-t", "0", "first", "second")
        assert "Connection reset by peer" in inside.ask("page first 80 cat")
        # The engine gives the lowest address that is free: they swap.
        for service in sorted(before, key=lambda service: before[service], reverse=True):
            shared.wtc("start", service)
        assert address(stack, "first") != before["first"]
        until(lambda: inside.ask("page second 80 tail -n 1") == "I-am-second\n", "`second` answers again")
        until(lambda: inside.ask("page first 80 tail -n 1") == "I-am-first\n", "`first` answers again")


def address(stack: Stack, service: str) -> str:
    [network] = stack.container(service).attrs["NetworkSettings"]["Networks"].values()
    found: str = network["IPAddress"]
    return found


def test_signal_to_wtc_reaches_the_command(shared: Workshop, stack: Stack) -> None:
    with conversation(shared) as inside:
        assert inside.ask("true") == ""
        assert inside.process.stdin is not None
        inside.process.stdin.write("trap 'exit 9' TERM; echo ready; while :; do sleep 0.01; done\n")
        inside.process.stdin.flush()
        assert inside.process.stdout is not None
        assert inside.process.stdout.readline() == "ready\n"
        inside.process.send_signal(signal.SIGTERM)
        assert inside.process.wait() == 9


@pytest.mark.parametrize("killed", [True, False])
def test_nothing_stays_behind(shared: Workshop, stack: Stack, tmp_path: Path, *, killed: bool) -> None:
    before = sorted(os.listdir(shared.config))
    with conversation(shared, TMPDIR=str(tmp_path)) as inside:
        assert inside.ask("redis") == "+PONG\n"
        if killed:
            inside.process.kill()
        assert inside.process.stdin is not None
        inside.process.stdin.close()
        assert inside.process.stdout is not None
        # The end of the stream: no process of the sandbox has it open any more.
        assert inside.process.stdout.read() == ""
        inside.process.wait()
    assert (os.listdir(tmp_path), sorted(os.listdir(shared.config))) == ([], before)


def test_stack_that_is_not_up_is_an_error(shared: Workshop, stack: Stack) -> None:
    ended = shared.refused("sandbox", "--stack", "--", "true", cwd=shared.worktree("idle"), status=1)
    assert "the stack of this worktree is not up" in ended.err
    assert "to bring it up, run `wtc up`" in ended.err


def test_ports_out_of_reach_are_reported(workshop: Workshop) -> None:
    workshop.commit(
        {
            "compose.yaml": f"services:\n  lone:\n    {QUICK}\n    command: sleep 1000\n"
            '    network_mode: none\n    expose: ["99"]\n'
        }
    )
    workshop.up()
    ended = workshop.wtc("sandbox", "--stack", "--", "true")
    assert ended.err == "out of reach, because neither published nor on a bridge of this machine: `lone:99`\n"
