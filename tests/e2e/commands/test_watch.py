"""`stats --watch` at a terminal that changes its size, is left for a while, and goes away."""

import os
import signal
from collections.abc import Callable

import pyte
import pytest

from tests.e2e.harness import Workshop, one_service
from tests.e2e.proxy import Proxy
from tests.e2e.terminal import Terminal

pytestmark = pytest.mark.engine

ENTERED, LEFT = "\x1b[?1049h\x1b[?25l", "\x1b[?25h\x1b[?1049l"
WATCH = ["stats", "--watch"]
HEAD = ["SERVICE", "MEMORY", "LIMIT", "MEMORY", "%", "CPU", "%", "CPUS"]


@pytest.fixture(scope="module")
def stack(shared: Workshop) -> Workshop:
    shared.commit({"compose.yaml": one_service("web", "mem_limit: 64m")})
    shared.up()
    return shared


def shown(text: str, rows: int = 24, columns: int = 80) -> list[str]:
    """The screen after all that was written, without its empty end."""
    screen = pyte.Screen(columns, rows)
    pyte.Stream(screen).feed(text)
    return "\n".join(line.rstrip() for line in screen.display).rstrip().split("\n")


def test_the_first_frame_has_all_of_it(stack: Workshop) -> None:
    with Terminal(stack, WATCH) as terminal:
        terminal.see(ENTERED)
        head, web, below = shown(terminal.see("in use, by 1 container"))
        assert head.split() == HEAD
        service, memory, _, limit, _, share, processors, cpus = web.split()
        assert (service, limit, cpus) == ("web", "64", "-")
        assert float(memory) > 0
        assert share.endswith("%")
        assert processors.endswith("%")
        assert below.endswith("GiB")


def test_each_size_of_the_terminal_is_filled_and_not_exceeded(stack: Workshop) -> None:
    with Terminal(stack, WATCH) as terminal:
        terminal.see("in use, by 1 container")
        for rows, columns in ((24, 30), (2, 30), (1, 10), (24, 80)):
            terminal.see("\x1b[H")
            terminal.resize(rows, columns)
            # What was under way may still have the old size.
            terminal.see("\x1b[H")
            lines = shown(f"{terminal.see(chr(27) + '[H')}", rows, columns)
            assert len(lines) <= rows
            assert lines[0].startswith({24: "SERVICE", 2: "web", 1: "1 more"}[rows])


def test_interrupted_it_gives_the_screen_back_and_leaves_the_last_frame(stack: Workshop) -> None:
    with Terminal(stack, WATCH) as terminal:
        terminal.see("in use")
        terminal.type("\x03")
        assert terminal.end() == 130
        _, _, after = terminal.seen.decode().partition(LEFT)
        assert shown(after)[0].split() == HEAD
        assert "in use" in after
        assert "Traceback" not in after
        assert terminal.is_as_before()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP], ids=lambda number: number.name)
def test_a_signal_that_ends_it_gives_the_screen_back_first(stack: Workshop, number: signal.Signals) -> None:
    with Terminal(stack, WATCH) as terminal:
        terminal.see("in use")
        os.kill(terminal.popen.pid, number)
        assert terminal.end() == -number
        assert terminal.seen.decode().endswith(LEFT)


def test_stopped_for_a_while_it_gives_the_screen_back_and_borrows_it_again(stack: Workshop) -> None:
    with Terminal(stack, WATCH, shell='"$@"; echo stop""ped $?; fg; echo en""ded $?') as terminal:
        terminal.see("in use")
        terminal.type("\x1a")
        terminal.see(LEFT)
        terminal.see("stopped 148")
        terminal.see(ENTERED)
        terminal.see("in use")
        terminal.type("\x03")
        terminal.see(LEFT)
        terminal.see("ended 130")


def test_started_and_removed_containers_appear_and_disappear_on_the_screen(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": one_service("web") + one_service("db").partition("\n")[2]})
    with Terminal(workshop, WATCH) as terminal:
        terminal.see("nothing of this worktree runs")
        workshop.up()
        terminal.see("by 2 containers")
        workshop.wtc("stop", "db")
        terminal.see("by 1 container")
        workshop.wtc("restart", "web")
        terminal.see("by 1 container")
        workshop.wtc("down")
        terminal.see("nothing of this worktree runs")


def test_lost_engine_is_an_error_below_the_last_frame(stack: Workshop, witness: Callable[..., Proxy]) -> None:
    proxy = witness()
    with Terminal(stack, WATCH, env={"DOCKER_HOST": proxy.address}) as terminal:
        terminal.see("in use")
        proxy.leave()
        assert terminal.end() == 4
        _, _, after = terminal.seen.decode().partition(LEFT)
        lines = shown(after)
        assert lines[0].split() == HEAD
        assert lines[3].startswith("error: cannot reach the engine")


def test_a_terminal_that_cannot_move_its_cursor_gets_line_after_line(stack: Workshop) -> None:
    with Terminal(stack, WATCH, env={"TERM": "dumb"}) as terminal:
        assert "\x1b" not in terminal.see("in use") + terminal.see("in use")


def test_closed_terminal_ends_it(stack: Workshop) -> None:
    terminal = Terminal(stack, WATCH)
    terminal.see("in use")
    terminal.hang_up()
    assert terminal.popen.wait(30) == -signal.SIGHUP
