"""`up --foreground`: with the stack while it lasts, gone when a signal says so, as harnesses and terminals do it."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager

import pytest

from tests.e2e.harness import QUICK, Workshop, one_service, until
from tests.e2e.pipes import FLOOD, is_full

pytestmark = pytest.mark.engine

GRACE_S = 0.2
"""How long Conductor waits between SIGHUP and SIGKILL."""
TICKING = one_service(command="sh -c 'echo booted; while :; do echo tick; sleep 0.1; done'")
SLOW = TICKING.replace("stop_grace_period: 0s", "stop_grace_period: 3s").replace("sh -c '", "sh -c 'trap true TERM; ")
"""Stops only when it is killed."""
NEVER_HEALTHY = one_service("web", 'healthcheck: {test: ["CMD", "false"], interval: 1s, retries: 1000}')


class Foreground:
    """`wtc up --foreground` as a harness runs it: below a shell, in a process group of its own."""

    def __init__(self, workshop: Workshop, *options: str) -> None:
        command = [sys.executable, "-m", "wtc", "up", "--foreground", *options]
        self.popen = subprocess.Popen(
            ["sh", "-c", '"$@"; exit $?', "sh", *command],
            cwd=workshop.main,
            env=workshop.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        assert self.popen.stdout
        assert self.popen.stderr
        self.out, self.err = self.popen.stdout, self.popen.stderr

    def read_until(self, text: str) -> list[str]:
        """Lines of standard output up to the first that has the text in it."""
        lines: list[str] = []
        while not lines or text not in lines[-1]:
            lines.append(self.out.readline())
            assert lines[-1], f"it ended before `{text}`: {lines}\n{self.err.read()}"
        return lines

    def hear_until(self, text: str) -> str:
        """Lines of standard error up to the first that has the text in it."""
        heard = ""
        while text not in heard:
            line = self.err.readline()
            assert line, f"it ended before `{text}`: {heard}"
            heard += line
        return heard

    def signal(self, number: int) -> None:
        """To the whole group."""
        os.killpg(self.popen.pid, number)

    def end(self) -> tuple[int, str, str]:
        out, err = self.popen.communicate(timeout=60)
        return self.popen.returncode, out, err


@contextmanager
def foreground(workshop: Workshop, *options: str) -> Generator[Foreground]:
    started = Foreground(workshop, *options)
    try:
        yield started
    finally:
        if started.popen.poll() is None:
            started.signal(signal.SIGKILL)
        started.popen.communicate()


def states(workshop: Workshop) -> list[str]:
    found = workshop.client.containers.list(
        all=True, ignore_removed=True, filters={"label": f"com.wtc.worktree={os.path.realpath(workshop.main)}"}
    )
    return [c.status for c in found]


def hang_up(started: Foreground) -> None:
    """As Conductor stops a run."""
    started.signal(signal.SIGHUP)
    threading.Event().wait(GRACE_S)
    started.signal(signal.SIGKILL)


def test_what_the_containers_write_comes_with_their_names_from_their_beginning(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": TICKING})
    with foreground(workshop) as started:
        lines = started.read_until("tick")
        assert lines == ["web  | booted\n", "web  | tick\n"]


@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGHUP, 130), (signal.SIGTERM, 143)], ids=lambda value: getattr(value, "name", "")
)
def test_a_signal_leaves_the_stack_running(workshop: Workshop, number: int, status: int) -> None:
    workshop.commit({"compose.yaml": TICKING})
    with foreground(workshop, "--on-signal", "leave") as started:
        started.read_until("tick")
        workshop_pid = children_of(started.popen.pid)[0]
        os.kill(workshop_pid, number)
        ended, _, err = started.end()
    assert ended == status, err
    assert "the stack keeps running" in err
    assert "Traceback" not in err
    assert states(workshop) == ["running"]


def children_of(pid: int) -> list[int]:
    found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=True)
    return [int(text) for text in found.stdout.split()]


def test_hung_up_and_killed_with_its_group_it_leaves_the_stack_running(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": TICKING})
    with foreground(workshop) as started:
        started.read_until("tick")
        hang_up(started)
        started.end()
    assert states(workshop) == ["running"]


def test_hung_up_and_killed_with_its_group_it_stops_the_stack_all_the_same(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": SLOW + "    volumes: ['rows:/rows']\nvolumes: {rows: {}}\n"})
    with foreground(workshop, "--on-signal", "down") as started:
        started.read_until("tick")
        hang_up(started)
        started.end()
        # It takes three seconds to stop: whatever stops it lives on.
        assert states(workshop) == ["running"]
    until(lambda: not states(workshop), "the stack is stopped")
    until(lambda: not [x for x in workshop.leftovers() if x.startswith("network")], "its network is removed")
    assert [x.split()[0] for x in workshop.leftovers()] == ["volume"]


def test_hung_up_and_killed_while_it_waits_for_the_stack_it_stops_what_it_has_started(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": NEVER_HEALTHY})
    with foreground(workshop, "--on-signal", "down") as started:
        until(lambda: states(workshop) == ["running"], "the container runs")
        hang_up(started)
        started.end()
    until(lambda: workshop.leftovers() == [], "the stack is stopped")


def test_an_up_right_after_comes_after_the_stop(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": SLOW})
    with foreground(workshop, "--on-signal", "down") as started:
        started.read_until("tick")
        before = workshop.client.containers.list(
            ignore_removed=True, filters={"label": f"com.wtc.worktree={workshop.main}"}
        )[0].id
        hang_up(started)
        started.end()
    stack = workshop.up()
    assert stack.container("web").status == "running"
    assert stack.container("web").id != before


def test_a_stop_leaves_no_log_behind_unless_it_failed(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": TICKING})
    with foreground(workshop, "--on-signal", "down") as started:
        started.read_until("tick")
        started.signal(signal.SIGHUP)
        started.end()
    assert states(workshop) == []
    logs = workshop.config / "logs"
    assert list(logs.iterdir()) == []
    assert logs.stat().st_mode & 0o077 == 0


def test_the_first_ctrl_c_stops_the_stack_and_tells_how_it_goes(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": TICKING})
    with foreground(workshop, "--on-signal", "down") as started:
        started.read_until("tick")
        started.signal(signal.SIGINT)
        status, _, err = started.end()
    assert status in {130, -signal.SIGINT}, err
    assert re.search(r"container \S+_web removed", err), err
    assert workshop.leftovers() == []


def test_second_ctrl_c_exits_at_once_and_the_stop_continues(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": SLOW})
    with foreground(workshop, "--on-signal", "down") as started:
        started.read_until("tick")
        started.signal(signal.SIGINT)
        started.hear_until("stopping")
        started.signal(signal.SIGINT)
        started.end()
        assert states(workshop) == ["running"]
    until(lambda: workshop.leftovers() == [], "the stack is stopped")


@pytest.mark.parametrize(
    ("first", "second", "status"),
    [
        pytest.param("sleep 2", "sleep 2", 0, id="all well"),
        pytest.param("sleep 4; exit 4", "sleep 2; exit 3", 3, id="the first that failed"),
        pytest.param("sleep 2", "sleep 3; exit 5", 5, id="one failed"),
    ],
)
def test_it_ends_with_the_containers_and_their_status(workshop: Workshop, first: str, second: str, status: int) -> None:
    services = "".join(
        f"  {name}:\n    {QUICK}\n    command: sh -c '{command}'\n"
        for name, command in {"a": first, "b": second}.items()
    )
    workshop.commit({"compose.yaml": f"services:\n{services}"})
    with foreground(workshop) as started:
        ended, _, err = started.end()
    assert ended == status, err


def test_reader_that_closes_the_output_ends_it_quietly(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": TICKING})
    with foreground(workshop) as started:
        started.read_until("tick")
        started.out.close()
        assert started.popen.wait(30) == 0
        err = started.err.read()
    assert "Traceback" not in err
    assert "error" not in err
    assert states(workshop) == ["running"]


def test_a_signal_ends_it_with_its_status_while_the_reader_does_not_read(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": FLOOD})
    with foreground(workshop, "--on-signal", "leave") as started:
        until(lambda: is_full(started.out.fileno()), "the pipe is full")
        os.kill(children_of(started.popen.pid)[0], signal.SIGTERM)
        assert started.popen.wait(30) == 143


@pytest.mark.parametrize("options", [("--foreground",), ("--attach", "web"), ("--exit-code-from", "web")], ids=" ".join)
def test_dry_run_prints_the_plan_and_does_not_stay(shared: Workshop, options: tuple[str, ...]) -> None:
    shared.commit({"compose.yaml": one_service()})
    assert "create container" in shared.wtc("up", "--dry-run", *options).out


@pytest.mark.parametrize("option", ["--json", "--no-start"])
def test_what_does_not_go_with_the_foreground_is_refused(shared: Workshop, option: str) -> None:
    shared.commit({"compose.yaml": TICKING})
    assert option in shared.refused("up", "--foreground", option, status=2).err


def test_events_come_as_json_lines_and_end_with_the_failure(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": one_service()})
    lines = [json.loads(line) for line in workshop.wtc("up", "--json", "--events", "json").err.splitlines()]
    assert [line["event"] for line in lines if line["event"] == "planned"] == ["planned"]
    assert {line["schema_version"] for line in lines} == {1}
    assert "start container" in " ".join(line["text"] for line in lines if line["event"] == "done")
    workshop.commit({"compose.yaml": "services: {web: {imag: x}}"})
    ended = workshop.wtc("up", "--events=json", status=3)
    assert json.loads(ended.err.splitlines()[-1])["event"] == "failed"
