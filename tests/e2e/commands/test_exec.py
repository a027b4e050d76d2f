"""`exec`: a command in a container, at a terminal and without one."""

import hashlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import opened
from tests.e2e.harness import Workshop, one_service, until
from tests.e2e.terminal import LOOP, Terminal
from tests.wtc_process import run_wtc

pytestmark = pytest.mark.engine

BYTES = 10_000_000


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory, client: Any) -> Iterator[Workshop]:
    """A stack with `web`, that runs."""
    with opened(tmp_path_factory.mktemp("exec"), client) as workshop:
        workshop.commit({"compose.yaml": one_service("web", "environment: {COLOUR: red}", "deploy: {replicas: 2}")})
        workshop.up()
        yield workshop


def piped(workshop: Workshop, *arguments: str, data: bytes = b"") -> "subprocess.CompletedProcess[bytes]":
    """`wtc ...` between two pipes."""
    return run_wtc(*arguments, cwd=workshop.main, env=workshop.env, data=data)


@pytest.mark.parametrize(
    ("command", "status"),
    [
        (["true"], 0),
        (["sh", "-c", "exit 3"], 3),
        (["/etc"], 126),
        (["sh", "-c", "kill -INT $$"], 130),
    ],
)
def test_the_commands_exit_status_is_wtcs(stack: Workshop, command: list[str], status: int) -> None:
    assert piped(stack, "exec", "web", *command).returncode == status


def test_a_command_that_is_not_there_has_the_engines_status(stack: Workshop) -> None:
    # An engine of 20.10 says 126.
    assert piped(stack, "exec", "web", "no-such-command").returncode in {126, 127}


def test_bytes_go_both_ways_unchanged(stack: Workshop) -> None:
    data = os.urandom(BYTES)
    ended = piped(stack, "exec", "-T", "web", "cat", data=data)
    assert ended.returncode == 0
    assert hashlib.sha256(ended.stdout).digest() == hashlib.sha256(data).digest()


def test_both_outputs_stay_apart(stack: Workshop) -> None:
    ended = piped(stack, "exec", "web", "sh", "-c", "echo out; echo err >&2")
    assert (ended.stdout, ended.stderr) == (b"out\n", b"err\n")


def test_a_command_that_leaves_its_input_alone_ends_all_the_same(stack: Workshop) -> None:
    assert piped(stack, "exec", "web", "head", "-c", "1", data=b"x" * BYTES).stdout == b"x"


def test_reader_that_closes_the_output_is_not_a_failure(stack: Workshop) -> None:
    text = f"{sys.executable} -m wtc exec web sh -c 'yes | head -n 100000' | head -n 1"
    ended = subprocess.run(
        ["sh", "-c", text], cwd=stack.main, env=stack.env, capture_output=True, timeout=60, check=True
    )
    assert (ended.stdout, ended.stderr) == (b"y\n", b"")


def test_options_after_the_service_are_the_commands(stack: Workshop) -> None:
    assert piped(stack, "exec", "web", "ls", "-d", "/etc").stdout == b"/etc\n"
    assert piped(stack, "exec", "web", "echo", "-w", "--index", "7").stdout == b"-w --index 7\n"


def test_options_say_how_it_runs(stack: Workshop) -> None:
    arguments = ("-e", "COLOUR=blue", "-e", "EMPTY=", "-u", "1000:1000", "-w", "/etc")
    ended = piped(stack, "exec", *arguments, "web", "sh", "-c", "echo $COLOUR ${EMPTY-unset}. $(id -u) $PWD")
    assert ended.stdout == b"blue . 1000 /etc\n"


def test_variable_without_a_value_is_unset(stack: Workshop) -> None:
    assert "LANG" in stack.env
    ended = piped(stack, "exec", "-e", "COLOUR", "-e", "LANG", "web", "sh", "-c", "echo ${COLOUR-unset} ${LANG-unset}")
    assert ended.stdout == b"unset unset\n"


def test_a_replica_is_chosen_by_its_number(stack: Workshop) -> None:
    names = {piped(stack, "exec", "--index", n, "web", "hostname").stdout for n in ("1", "2")}
    assert len(names) == 2
    stack.refused("exec", "--index", "3", "web", "true", status=1)


def test_a_detached_command_is_left_to_itself(stack: Workshop) -> None:
    assert piped(stack, "exec", "-d", "web", "sh", "-c", "echo done > /tmp/detached").stdout == b""
    until(lambda: piped(stack, "exec", "web", "cat", "/tmp/detached").stdout == b"done\n", "the command has run")


def test_without_input_a_command_reads_nothing(stack: Workshop) -> None:
    assert piped(stack, "exec", "--no-interactive", "web", "cat", data=b"text").stdout == b""


@pytest.mark.parametrize(("arguments", "status"), [(("nope", "true"), 2), (("web",), 2), (("-T", "-t", "web", "a"), 2)])
def test_what_cannot_be_is_refused(stack: Workshop, arguments: tuple[str, ...], status: int) -> None:
    stack.refused("exec", *arguments, status=status)


def test_service_that_does_not_run_is_reported(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": one_service("web")})
    workshop.up("--no-start")
    assert "is not running" in workshop.refused("exec", "web", "true", status=1).err


def test_the_compose_file_is_not_needed(stack: Workshop, tmp_path: Path) -> None:
    ended = stack.wtc("exec", "--worktree", str(stack.main), "web", "echo", "here", cwd=tmp_path)
    assert ended.out == "here\n"


def test_the_command_sees_the_terminals_size_and_its_changes(stack: Workshop) -> None:
    with Terminal(stack, ["exec", "web", "sh"], size=(31, 101)) as terminal:
        terminal.type("stty size; tty\r")
        terminal.see("31 101")
        terminal.see("/dev/pts/")
        terminal.resize(17, 53)
        # Of the size the command learns a moment later than the terminal.
        terminal.type("until stty size | grep '17 5[3]'; do :; done\r")
        terminal.see("17 53")
        terminal.type("exit 3\r")
        assert terminal.end() == 3
        assert terminal.is_as_before()


def test_ctrl_c_reaches_the_command_and_not_wtc(stack: Workshop) -> None:
    with Terminal(stack, ["exec", "web", "sh"]) as terminal:
        terminal.type(f"{LOOP}\r")
        terminal.see("ready")
        terminal.type("\x03")
        terminal.see("caught")
        terminal.type("exit 0\r")
        assert terminal.end() == 0


def test_a_command_that_dies_of_ctrl_c_ends_with_130(stack: Workshop) -> None:
    with Terminal(stack, ["exec", "web", "sh", "-c", "echo ready; sleep 1000"]) as terminal:
        terminal.see("ready")
        terminal.type("\x03")
        assert terminal.end() == 130
        assert terminal.is_as_before()


def test_an_editor_and_top_work(stack: Workshop) -> None:
    with Terminal(stack, ["exec", "web", "vi", "/tmp/note"]) as terminal:
        terminal.see("/tmp/note")
        terminal.type("ihello from vi\x1b")
        terminal.see("- /tmp/note [Modified]")
        terminal.type(":wq\r")
        assert terminal.end() == 0
        assert terminal.is_as_before()
    assert piped(stack, "exec", "web", "cat", "/tmp/note").stdout == b"hello from vi\n"
    with Terminal(stack, ["exec", "web", "top"]) as terminal:
        terminal.see("Load average")
        terminal.type("q")
        assert terminal.end() == 0
        assert terminal.is_as_before()


def test_ctrl_p_ctrl_q_leaves_the_command_to_itself(stack: Workshop) -> None:
    with Terminal(stack, ["exec", "web", "sh", "-c", "echo ready; sleep 4711"]) as terminal:
        terminal.see("ready")
        terminal.type("\x10\x11")
        assert terminal.end() == 0
        assert terminal.is_as_before()
    assert b"sleep 4711" in piped(stack, "exec", "web", "ps").stdout


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_leaves_the_terminal_as_it_was(stack: Workshop, number: signal.Signals) -> None:
    with Terminal(stack, ["exec", "web", "sh", "-c", "echo ready; cat"]) as terminal:
        terminal.see("ready")
        terminal.popen.send_signal(number)
        assert terminal.end() == 128 + number
        assert terminal.is_as_before()


def test_no_tty_gives_the_command_none(stack: Workshop) -> None:
    with Terminal(stack, ["exec", "-T", "web", "tty"]) as terminal:
        terminal.see("not a tty")
        assert terminal.end() == 1
