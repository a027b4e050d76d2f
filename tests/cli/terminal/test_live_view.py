"""The live lines of `up` on a terminal, and its endpoints."""

import io
import os
import pty
import re
import sys
from collections.abc import Sequence
from dataclasses import replace

import pytest
from rich.console import Console

from wtc.cli.reporting import choose_reporter
from wtc.cli.terminal.live_view import LiveReporter
from wtc.cli.terminal.output import print_columns
from wtc.cli.terminal.style import link_urls
from wtc.errors import WtcError
from wtc.events import NodeDone, NodeFailed, NodeSkipped, NodeStarted, PlanStarted, Progress
from wtc.model.desired import DesiredImage
from wtc.model.observed import ContainerRef
from wtc.model.plan import (
    BuildImage,
    Condition,
    Operation,
    Plan,
    PlanNode,
    PullImage,
    RemoveVolume,
    StartContainer,
    StopContainer,
    WaitContainer,
)

NAMESPACE = "accra-a1b2c3"
SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"


class Screen:
    """A reporter with its screen, and a plan that is not executed."""

    def __init__(self, *operations: Operation, columns: int = 80, rows: int = 24) -> None:
        self.console = Console(
            file=io.StringIO(), force_terminal=True, width=columns, height=rows, color_system=None, legacy_windows=False
        )
        self.reporter = LiveReporter(self.console)
        self.nodes = [PlanNode(id=i, operation=one, cause="") for i, one in enumerate(operations)]
        self.plan(NAMESPACE)

    def plan(self, namespace: str) -> None:
        self.reporter(PlanStarted(plan=Plan(nodes=tuple(self.nodes)), namespace=namespace))

    def begins(self, *ids: int) -> None:
        for id_ in ids:
            self.reporter(NodeStarted(node=self.nodes[id_]))

    def ends(self, *ids: int) -> None:
        for id_ in ids:
            self.reporter(NodeDone(node=self.nodes[id_], elapsed_s=0.1))

    def says(self, id_: int, item: str, text: str, current: int = 0, total: int = 0) -> None:
        self.reporter(Progress(node=self.nodes[id_], item=item, text=text, current=current, total=total))

    def shown(self) -> list[str]:
        """The lines as they are now: how long each takes is `T`, the spinner is `*`."""
        with self.console.capture() as captured:
            self.console.print(self.reporter.draw())
        text = captured.get().translate(dict.fromkeys(map(ord, SPINNER), "*"))
        return [re.sub(r"\b\d+\.\ds\b", "T", line.rstrip()) for line in text.splitlines()]

    def clears(self) -> int:
        """How many rows the next frame clears."""
        with self.console.capture() as captured:
            self.reporter._live.refresh()
        return captured.get().count("\x1b[2K")


def start(name: str) -> StartContainer:
    return StartContainer(container=ContainerRef(name=f"{NAMESPACE}_{name}"))


def image(name: str) -> DesiredImage:
    return DesiredImage(service="web", reference=name)


def test_names_are_shown_without_the_namespace_of_the_heading() -> None:
    screen = Screen(PullImage(image=image("redis:7")), start("web"), RemoveVolume(name=f"{NAMESPACE}_rows"))
    screen.begins(0, 1)
    screen.ends(1)
    assert screen.shown() == [
        NAMESPACE,
        "* image     redis:7 pulling  T",
        "✔ container web     started  T",
        "· volume    rows    waiting",
    ]


def test_lines_of_an_earlier_stack_stay_above() -> None:
    screen = Screen(start("web"))
    screen.begins(0)
    screen.ends(0)
    with screen.console.capture() as captured:
        screen.plan("bergen-d4e5f6")
    assert "✔ container web started" in captured.get()
    assert screen.shown()[0] == "bergen-d4e5f6"


def test_bytes_are_summed_over_layers() -> None:
    screen = Screen(PullImage(image=image("redis:7")))
    screen.begins(0)
    screen.says(0, "a", "downloading", 1_000_000, 4_000_000)
    screen.says(0, "b", "downloading", 500_000, 1_000_000)
    assert screen.shown()[1] == "* image redis:7 pulling 1.5 MB of 5.0 MB T"


def test_context_of_a_few_bytes_is_not_counted() -> None:
    screen = Screen(BuildImage(image=image(f"{NAMESPACE}-web")))
    screen.begins(0)
    screen.says(0, "context", "sending", 20_000)
    assert screen.shown()[1:] == ["* image web building T"]
    screen.says(0, "context", "sending", 1_200_000)
    assert screen.shown()[1:] == ["* image web building 1.2 MB T"]


def test_waiting_line_names_what_it_waits_for() -> None:
    web, db = ContainerRef(name=f"{NAMESPACE}_web"), ContainerRef(name=f"{NAMESPACE}_db")
    screen = Screen(
        StopContainer(container=web), WaitContainer(container=db, condition=Condition.HEALTHY), start("web")
    )
    screen.nodes[2] = replace(screen.nodes[2], after=(0, 1))
    screen.plan(NAMESPACE)
    screen.begins(0, 1)
    screen.ends(0)
    assert "* container web waits for db T" in screen.shown()
    screen.ends(1)
    assert screen.shown()[1:] == ["* container web stopped  T", "✔ container db  healthy  T"]


def test_build_shows_its_step_and_below_it_the_output() -> None:
    screen = Screen(BuildImage(image=image(f"{NAMESPACE}-web")))
    screen.begins(0)
    step = "[2/3] RUN make all"
    for text in ("started", "cc a.c", "cc b.c", "cc b.c", "done"):
        screen.says(0, step, text)
    screen.says(0, "[3/3] COPY . .", "started")
    assert screen.shown()[1:] == [
        "* image web building T",
        f"  {step}",
        "    cc a.c",
        "    cc b.c",
        "  [3/3] COPY . .",
    ]
    screen.ends(0)
    assert screen.shown()[1:] == ["✔ image web built    T"]


def test_step_with_long_output_keeps_its_name_above_the_last_lines() -> None:
    screen = Screen(BuildImage(image=image(f"{NAMESPACE}-web")))
    screen.begins(0)
    for number in range(30):
        screen.says(0, "[2/3] RUN make all", f"line {number}")
    assert screen.shown()[2:] == ["  [2/3] RUN make all", *(f"    line {n}" for n in range(25, 30))]


def two_builds(rows: int) -> Screen:
    screen = Screen(BuildImage(image=image(f"{NAMESPACE}-web")), BuildImage(image=image(f"{NAMESPACE}-api")), rows=rows)
    screen.begins(0, 1)
    for number in range(9):
        screen.says(0, "[2/2] RUN make", f"web {number}")
        screen.says(1, "[2/2] RUN go build", f"api {number}")
    return screen


def test_output_of_parallel_builds_carries_the_service() -> None:
    assert two_builds(rows=24).shown()[3:] == [
        "  web | [2/2] RUN make",
        *(f"  web |   web {n}" for n in range(4, 9)),
        "  api | [2/2] RUN go build",
        *(f"  api |   api {n}" for n in range(4, 9)),
    ]


def test_parallel_builds_share_the_rows_that_are_left() -> None:
    assert two_builds(rows=9).shown()[3:] == [
        "  web | [2/2] RUN make",
        "  web |   web 8",
        "  api | [2/2] RUN go build",
        "  api |   api 8",
    ]


def test_what_is_waited_for_is_shown_below_the_output() -> None:
    screen = Screen(
        BuildImage(image=image(f"{NAMESPACE}-web")),
        WaitContainer(container=ContainerRef(name=f"{NAMESPACE}_db"), condition=Condition.HEALTHY),
    )
    screen.begins(0, 1)
    screen.says(0, "[2/2] RUN make", "cc a.c")
    screen.says(1, "", "health check 1 of 5 failed: refused")
    screen.says(1, "", "health check 2 of 5 failed: refused")
    assert screen.shown()[3:] == [
        "  [2/2] RUN make",
        "    cc a.c",
        "  waiting for db: health check 2 of 5 failed: refused",
    ]


TWENTY = [start(f"service-{n:02}") for n in range(20)]


def test_small_screen_shows_running_lines_and_counts_the_rest() -> None:
    screen = Screen(*TWENTY, columns=40, rows=10)
    screen.begins(*range(11))
    screen.ends(*range(8))
    assert screen.shown() == [
        NAMESPACE,
        "✔ 8 done",
        "· 9 waiting",
        *(f"* container service-{n:02} starting T" for n in (8, 9, 10)),
    ]


def test_running_lines_that_do_not_fit_are_counted() -> None:
    screen = Screen(*TWENTY, columns=40, rows=10)
    screen.begins(*range(20))
    shown = screen.shown()
    assert len(shown) == 9
    assert shown[1] == "* 13 more under way"


def test_all_lines_are_shown_at_the_end() -> None:
    screen = Screen(*TWENTY, columns=40, rows=10)
    screen.begins(*range(20))
    screen.ends(*range(20))
    with screen.console.capture(), screen.reporter:
        pass
    assert [line.split()[2] for line in screen.shown()[1:]] == [f"service-{n:02}" for n in range(20)]


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (60, "* container a-name-of-some-length starting T"),
        (40, "* a-name-of-some-length starting T"),
        (30, "* a-name-of-s… starting T"),
    ],
)
def test_narrow_screen_drops_the_kind_first_and_never_the_action(columns: int, expected: str) -> None:
    screen = Screen(start("a-name-of-some-length"), columns=columns)
    screen.begins(0)
    assert screen.shown()[1] == expected
    assert all(len(line) < columns for line in screen.shown())


def test_all_rows_of_the_last_frame_are_cleared_on_a_terminal_that_became_narrower() -> None:
    screen = Screen(start("a-name-of-some-length"), start("web"), columns=50)
    with screen.reporter:
        screen.reporter._live.refresh()
        assert screen.clears() == 3
        # Lines of 12, 43 and 43 columns, which now take 1, 3 and 3 rows.
        screen.console.width = 20
        assert screen.clears() == 7
        assert screen.clears() == 3


def test_typed_keys_do_not_wrap_after_the_last_line() -> None:
    screen = Screen(*TWENTY[:2], columns=30)
    screen.begins(0, 1)
    assert max(map(len, screen.shown())) <= 28


def test_failure_is_marked_and_its_dependents_are_skipped() -> None:
    screen = Screen(start("db"), start("web"))
    screen.begins(0)
    screen.reporter(NodeFailed(node=screen.nodes[0], error=WtcError("it did not start")))
    screen.reporter(NodeSkipped(node=screen.nodes[1], because=screen.nodes[0]))
    assert screen.shown()[1:] == ["✘ container db  failed   T", "· container web skipped"]


def test_interrupted_operation_that_was_not_started_is_not_shown() -> None:
    screen = Screen(*TWENTY)
    for node in screen.nodes:
        screen.reporter(NodeSkipped(node=node, because=None))
    assert screen.shown() == []


def test_interrupted_running_operation_is_shown_as_broken_off() -> None:
    screen = Screen(*TWENTY[:2])
    screen.begins(0)
    screen.reporter(NodeSkipped(node=screen.nodes[0], because=None))
    assert screen.shown()[1:] == ["· container service-00 interrupted T", "· container service-01 waiting"]


def test_web_addresses_are_invisible_links() -> None:
    url = "http://127.0.0.1:21043"
    assert link_urls(f"web  80/tcp  {url}") == f"web  80/tcp  \x1b]8;;{url}\x1b\\{url}\x1b]8;;\x1b\\"
    assert link_urls("db  127.0.0.1:21044") == "db  127.0.0.1:21044"


ROWS = [["web", "http://127.0.0.1:21043"]]


def written(rows: Sequence[Sequence[str]], monkeypatch: pytest.MonkeyPatch, term: str) -> str:
    """Return what a terminal of that kind receives."""
    driver, screen = pty.openpty()
    with os.fdopen(driver, "rb", buffering=0) as seen, os.fdopen(screen, "w") as terminal:
        monkeypatch.setenv("TERM", term)
        monkeypatch.setattr(sys, "stdout", terminal)
        print_columns(rows)
        terminal.flush()
        monkeypatch.undo()
        return seen.read(1000).decode()


def test_endpoints_are_links_only_on_a_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "\x1b]8;;http://127.0.0.1:21043\x1b\\" in written(ROWS, monkeypatch, "xterm-256color")
    assert written(ROWS, monkeypatch, "dumb") == "web  http://127.0.0.1:21043\r\n"
    print_columns(ROWS)
    assert capsys.readouterr().out == "web  http://127.0.0.1:21043\n"


@pytest.mark.parametrize(
    ("term", "encoding", "kind"),
    [
        ("xterm-256color", "utf-8", "LiveReporter"),
        ("dumb", "utf-8", "PlainReporter"),
        ("", "utf-8", "PlainReporter"),
        ("xterm-256color", "latin-1", "PlainReporter"),
    ],
)
def test_live_lines_are_only_for_terminals_that_can_show_them(
    monkeypatch: pytest.MonkeyPatch, term: str, encoding: str, kind: str
) -> None:
    driver, screen = pty.openpty()
    with os.fdopen(driver, "rb", buffering=0), os.fdopen(screen, "w", encoding=encoding) as terminal:
        monkeypatch.setenv("TERM", term) if term else monkeypatch.delenv("TERM", raising=False)
        monkeypatch.setattr(sys, "stderr", terminal)
        assert type(choose_reporter(quiet=False)).__name__ == kind
        assert type(choose_reporter(quiet=True)).__name__ == "PlainReporter"
        monkeypatch.undo()
