"""`logs`: whole, in order, of every container, and in little memory."""

import json
import re
import signal
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.e2e.harness import QUICK, Workshop, one_service, until
from tests.e2e.pipes import FLOOD, is_full
from tests.wtc_process import start_wtc

pytestmark = pytest.mark.engine

LIMIT_KIB = 100 * 1024
SERVICES = 10
PACED = "for i in $$(seq 0 29); do seq $$((i * 100)) $$((i * 100 + 99)); usleep 100000; done"
"""A thousand lines a second for three seconds."""
PLENTY = f"seq 0 9999 | sed 's/$$/ {'x' * 500}/'"
"""As fast as can be, and of ten services more than may lie in the memory."""


def flood(script: str) -> str:
    """Services that write once they are triggered."""
    command = f"while [ ! -e /tmp/go ]; do usleep 20000; done; {script}; exec sleep 1000"
    return "services:\n" + "".join(
        f"  s{n}:\n    {QUICK}\n    command: [sh, -c, {json.dumps(command)}]\n" for n in range(SERVICES)
    )


TALK = f"""\
services:
  web:
    {QUICK}
    command: sh -c 'for n in 1 2 3; do echo web $$n; usleep 50000; done; exec sleep 1000'
    scale: 2
  database:
    {QUICK}
    tty: true
    command: sh -c 'for n in 1 2 3; do echo db $$n; usleep 50000; done; exec sleep 1000'
  job:
    {QUICK}
    command: sh -c 'echo out; usleep 1000; echo err >&2; head -c 40000 /dev/zero | tr "\\0" x; echo; printf part'
  quiet:
    {QUICK}
    command: sleep 1000
    logging: {{driver: none}}
"""


class Following:
    """`wtc logs -f` under way."""

    def __init__(self, workshop: Workshop, *arguments: str) -> None:
        self.popen = start_wtc("logs", "-f", *arguments, cwd=workshop.main, env=workshop.env)
        assert self.popen.stdout is not None
        self.out = self.popen.stdout

    def read_until(self, text: str) -> list[str]:
        """Lines up to the first that has the text in it."""
        lines: list[str] = []
        while not lines or text not in lines[-1]:
            line = self.out.readline()
            assert line, f"ended before `{text}`: {lines}"
            lines.append(line.rstrip("\n"))
        return lines

    def peak_kib(self) -> int:
        status = Path(f"/proc/{self.popen.pid}/status").read_text(encoding="ascii")
        found = re.search(r"VmHWM:\s+(\d+) kB", status)
        assert found
        return int(found[1])


@contextmanager
def following(workshop: Workshop, *arguments: str) -> Generator[Following]:
    run = Following(workshop, *arguments)
    try:
        yield run
    finally:
        run.popen.kill()
        run.popen.communicate()


@pytest.fixture(scope="module")
def talk(shared: Workshop) -> Workshop:
    """A stack whose containers have said what they say."""
    shared.commit({"compose.yaml": TALK})
    shared.up()
    until(lambda: len(shared.wtc("logs").out.splitlines()) == 13, "everything is said")
    return shared


def test_lines_of_all_containers_come_in_the_order_of_time_with_aligned_names(talk: Workshop) -> None:
    lines = talk.wtc("logs", "--timestamps").out.splitlines()
    assert {line.split("|")[0] for line in lines} == {"web       ", "web.2     ", "database  ", "job       "}
    assert len(lines) == 13
    times = [line.split("| ")[1].split(" ")[0] for line in lines]
    assert times == sorted(times)


def test_a_line_of_many_messages_is_one_line(talk: Workshop) -> None:
    lines = talk.wtc("logs", "--no-log-prefix", "job").out.splitlines()
    assert sorted(lines) == ["err", "out", "part", "x" * 40000]


def test_a_terminals_lines_have_no_carriage_returns(talk: Workshop) -> None:
    assert talk.wtc("logs", "database").out == "database  | db 1\ndatabase  | db 2\ndatabase  | db 3\n"


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--tail", "1", "web"], {"web    | web 3", "web.2  | web 3"}),
        (["-n", "0"], set[str]()),
        (["--index", "2", "--tail", "1", "web"], {"web.2  | web 3"}),
        (["--no-log-prefix", "--tail", "1", "--no-color", "database"], {"db 3"}),
        (["--since", "2999-01-01"], set[str]()),
        (["--until", "1h", "web"], set[str]()),
        (["--since", "1h", "--tail", "2", "database"], {"database  | db 2", "database  | db 3"}),
    ],
)
def test_options_choose_lines(talk: Workshop, options: list[str], expected: set[str]) -> None:
    assert set(talk.wtc("logs", *options).out.splitlines()) == expected


def test_each_service_has_a_colour_of_its_own(talk: Workshop) -> None:
    lines = talk.wtc("logs", env={"FORCE_COLOR": "1"}).out.splitlines()
    colours = {name: set[str]() for name in ("web", "database", "job")}
    for line in lines:
        found = re.match(r"\x1b\[(\d+)m(\w+)[.\d]* *\| \x1b\[0m", line)
        assert found, line
        colours[found[2]].add(found[1])
    assert [len(of_one) for of_one in colours.values()] == [1, 1, 1]
    assert len({colour for of_one in colours.values() for colour in of_one}) == 3
    assert "\x1b" not in talk.wtc("logs", "--no-color", env={"FORCE_COLOR": "1"}).out


def test_container_without_a_readable_log_is_reported_and_others_are_read(talk: Workshop) -> None:
    ended = talk.wtc("logs")
    assert ended.err == "warning: the log driver of service `quiet` does not support reading logs\n"
    assert len(ended.out.splitlines()) == 13


def test_a_service_that_is_not_there_is_one_clear_error(talk: Workshop) -> None:
    assert "no such service: `wbe`" in talk.refused("logs", "wbe", status=2).err


def test_what_is_not_a_number_of_lines_is_one_clear_error(talk: Workshop) -> None:
    talk.refused("logs", "--tail", "some", status=2)


def test_reader_that_closes_the_output_is_not_reported(talk: Workshop) -> None:
    command = f"{sys.executable} -m wtc logs --no-log-prefix job | head -c 1 | wc -c"
    shell = ["sh", "-c", command]
    done = subprocess.run(shell, check=False, cwd=talk.main, env=talk.env, capture_output=True, text=True)
    assert (done.stdout.strip(), done.stderr) == ("1", "")


def test_where_nothing_was_brought_up_there_is_nothing_to_read(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": one_service()})
    ended = workshop.wtc("logs", "-f")
    assert ended.out == ""
    assert ended.err.endswith("has no containers, so there are no logs\n")


def test_following_continues_over_restarts_and_new_containers_and_ends_with_the_last(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": one_service(command="sh -c 'echo begun; exec sleep 1000'")})
    stack = workshop.up()
    with following(workshop) as run:
        assert run.read_until("begun") == ["web  | begun"]
        stack.container("web").restart(timeout=0)
        assert run.read_until("begun") == ["web  | begun"]
        workshop.wtc("restart", "-t", "0")
        assert run.read_until("begun") == ["web  | begun"]
        workshop.wtc("up", "--recreate")
        assert run.read_until("begun") == ["web  | begun"]
        workshop.wtc("up", "--scale", "web=2")
        assert run.read_until("begun") == ["web.2  | begun"]
        workshop.wtc("kill")
        assert run.out.read() == ""
        assert run.popen.wait() == 0


def test_following_what_has_ended_ends(talk: Workshop) -> None:
    assert len(talk.wtc("logs", "-f", "--tail", "2", "job").out.splitlines()) == 2


def test_ctrl_c_ends_the_following(talk: Workshop) -> None:
    with following(talk, "--tail", "1", "database") as run:
        run.read_until("db 3")
        run.popen.send_signal(signal.SIGINT)
        assert run.popen.wait() == 130
        assert run.popen.stderr
        assert run.popen.stderr.read() == ""


def test_ctrl_c_ends_the_following_while_the_reader_does_not_read(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": FLOOD})
    workshop.up()
    with following(workshop) as run:
        until(lambda: is_full(run.out.fileno()), "the pipe is full")
        run.popen.send_signal(signal.SIGINT)
        assert run.popen.wait(30) == 130


def received(run: Following, lines: int) -> dict[str, list[int]]:
    """Service -> the numbers that it wrote, as they come, until there are so many of all."""
    seen: dict[str, list[int]] = {f"s{n}": [] for n in range(SERVICES)}
    for _ in range(lines):
        service, _, text = run.out.readline().partition("  | ")
        seen[service].append(int(text.split()[0]))
    return seen


@pytest.mark.parametrize(("script", "each"), [(PACED, 3000), (PLENTY, 10000)], ids=["paced", "plenty"])
@pytest.mark.slow
def test_ten_services_lose_no_line_in_little_memory(workshop: Workshop, script: str, each: int) -> None:
    workshop.commit({"compose.yaml": flood(script)})
    stack = workshop.up()
    containers = [stack.container(f"s{n}") for n in range(SERVICES)]
    with following(workshop) as run:
        for container in containers:
            container.exec_run(["touch", "/tmp/go"])
        if script == PLENTY:
            # Nobody reads until all is written: it has to wait with the engine.
            last = f"{each - 1} ".encode()
            until(lambda: all(c.logs(tail=1).startswith(last) for c in containers), "everything is written")
        seen = received(run, SERVICES * each)
        peak = run.peak_kib()
    assert all(numbers == list(range(each)) for numbers in seen.values())
    assert peak < LIMIT_KIB
