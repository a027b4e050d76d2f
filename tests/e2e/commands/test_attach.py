"""`attach`: to the first process of a container, at a terminal and without one."""

import signal
from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.conftest import opened
from tests.e2e.harness import QUICK, Workshop, until
from tests.e2e.terminal import Terminal
from tests.wtc_process import run_wtc

pytestmark = pytest.mark.engine

SERVICES = f"""\
services:
  shell: {{image: "busybox:1.36", command: sh, tty: true, stdin_open: true, stop_grace_period: 0s}}
  echo:
    {QUICK}
    stdin_open: true
    command: sh -c 'while read line; do echo "got $$line"; [ "$$line" != end ] || exit 7; done'
  traps:
    image: busybox:1.36
    stop_grace_period: 0s
    command: sh -c 'trap "echo caught; exit 5" INT; echo ready; while :; do sleep 0.1; echo tick; done'
  idle: {{image: "busybox:1.36", command: "true"}}
"""


@pytest.fixture
def stack(tmp_path_factory: pytest.TempPathFactory, client: Any) -> Iterator[Workshop]:
    with opened(tmp_path_factory.mktemp("attach"), client) as workshop:
        workshop.commit({"compose.yaml": SERVICES})
        workshop.up("--no-wait")
        yield workshop


def state(workshop: Workshop, service: str) -> str:
    stacks = workshop.wtc("ps", "-a", "--json", "-w", ".", service).json()["stacks"]
    found: str = stacks[0]["containers"][0]["state"]
    return found


def test_input_and_output_go_to_the_process_and_its_status_is_wtcs(stack: Workshop) -> None:
    ended = run_wtc("attach", "echo", cwd=stack.main, env=stack.env, data=b"one\nend\n")
    assert (ended.returncode, ended.stdout) == (7, b"got one\ngot end\n")


def test_detach_keys_leave_the_process_running(stack: Workshop) -> None:
    with Terminal(stack, ["attach", "shell"]) as terminal:
        terminal.type("echo here$((1+1))\r")
        terminal.see("here2")
        terminal.type("\x10\x11")
        assert terminal.end() == 0
        assert terminal.is_as_before()
    with Terminal(stack, ["attach", "--detach-keys", "ctrl-x,x", "shell"]) as terminal:
        terminal.type("echo there$((1+1))\r")
        terminal.see("there2")
        terminal.type("\x18x")
        assert terminal.end() == 0
    assert state(stack, "shell") == "running"


def test_container_with_a_terminal_needs_one(stack: Workshop) -> None:
    assert "has a terminal" in stack.refused("attach", "shell", status=2).err


@pytest.mark.parametrize(("options", "status", "after"), [((), 5, "exited"), (("--no-sig-proxy",), 130, "running")])
def test_signal_is_sent_to_the_process_unless_the_user_disables_it(
    stack: Workshop, options: tuple[str, ...], status: int, after: str
) -> None:
    started = stack.start("attach", "--no-stdin", *options, "traps")
    assert started.popen.stdout is not None
    assert "tick" in started.popen.stdout.readline()
    started.popen.send_signal(signal.SIGINT)
    assert started.end().status == status
    until(lambda: state(stack, "traps") == after, f"it is {after}")


def test_container_that_does_not_run_is_an_error(stack: Workshop) -> None:
    stack.wtc("wait", "idle")
    assert "service `idle` is not running" in stack.refused("attach", "idle", status=1).err
    assert "did you mean `shell`?" in stack.refused("attach", "shel", status=2).err
    assert "has no replica 2" in stack.refused("attach", "--index", "2", "echo", status=1).err
