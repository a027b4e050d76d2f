"""`up` at a terminal: left and come back to, interrupted, with the stack's logs, hung up."""

from typing import Any

import pytest

from tests.e2e.harness import QUICK, Workshop, execute, one_service, until
from tests.e2e.terminal import Terminal

pytestmark = pytest.mark.engine

HIDDEN, SHOWN = "\x1b[?25l", "\x1b[?25h"
TICKING = one_service(command="sh -c 'while :; do echo tick; sleep 0.1; done'")
WAITS = f"""\
services:
  db:
    {QUICK}
    command: sleep 1000
    healthcheck: {{test: test -e /tmp/ready, interval: 100ms, retries: 10000}}
  web:
    {QUICK}
    command: sleep 1000
    depends_on: {{db: {{condition: service_healthy}}}}
"""


def test_suspended_up_continues_below_its_frame(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": WAITS})
    with Terminal(workshop, ["up"], shell='"$@"; echo stop""ped $?; fg; echo en""ded $?') as terminal:
        terminal.see(HIDDEN)
        terminal.see("waiting")
        until(lambda: bool(running(workshop)), "its container runs")
        terminal.type("\x1a")
        terminal.see(SHOWN)
        terminal.see("stopped 148")
        terminal.see(HIDDEN)
        assert execute(workshop.client, running(workshop)[0].id, ["touch", "/tmp/ready"])[0] == 0
        terminal.see("healthy")
        terminal.see(SHOWN)
        terminal.see("ended 0")


def test_interrupted_up_reports_the_result_and_shows_the_cursor(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": WAITS})
    with Terminal(workshop, ["up"], size=(24, 40)) as terminal:
        until(lambda: bool(running(workshop)), "its container runs")
        terminal.see("waiting")
        terminal.type("\x03")
        terminal.see("interrupted")
        assert terminal.end() == 130
        seen = terminal.seen.decode()
        assert SHOWN in seen
        assert "running now: db" in seen
        assert "Traceback" not in seen


@pytest.mark.parametrize("how", ["leave", "down"])
def test_ctrl_c_in_the_foreground_follows_on_signal(workshop: Workshop, how: str) -> None:
    workshop.commit({"compose.yaml": TICKING})
    with Terminal(workshop, ["up", "--foreground", "--on-signal", how]) as terminal:
        terminal.see("\x1b[36mweb  | \x1b[0mtick")
        terminal.type("\x03")
        terminal.see({"leave": "\rthe stack keeps running", "down": "\rstopping"}[how])
        assert terminal.end() == 130
    assert bool(running(workshop)) is (how == "leave")


def test_a_terminal_that_is_closed_stops_the_stack_where_that_was_asked_for(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": TICKING})
    with Terminal(workshop, ["up", "--foreground", "--on-signal", "down"]) as terminal:
        terminal.see("tick")
        terminal.hang_up()
        until(lambda: workshop.leftovers() == [], "the stack is stopped")
        assert terminal.popen.wait(30) == 130


def running(workshop: Workshop) -> list[Any]:
    return workshop.client.containers.list(
        ignore_removed=True, filters={"label": f"com.wtc.worktree={workshop.main.resolve()}"}
    )
