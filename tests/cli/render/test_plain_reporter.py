"""Plain lines of a plan: each step of a build once, with its output below, and a line while nothing else happens."""

import pytest

from wtc.cli.render.plain_reporter import PlainReporter
from wtc.cli.render.plan_lines import PlanLines
from wtc.errors import WtcError
from wtc.events import Event, NodeDone, NodeFailed, NodeSkipped, NodeStarted, Progress, StillRunning
from wtc.model.desired import DesiredImage
from wtc.model.observed import ContainerRef
from wtc.model.plan import BuildImage, Condition, CopyHelper, CopyVolume, PlanNode, PullImage, WaitContainer

NODE = PlanNode(
    id=1, service="web", operation=BuildImage(image=DesiredImage(reference="p-web", service="web")), cause="missing"
)


def printed(capsys: pytest.CaptureFixture[str], *progress: tuple[str, str]) -> list[str]:
    reporter = PlainReporter()
    for item, text in progress:
        reporter(Progress(node=NODE, item=item, text=text))
    return capsys.readouterr().err.splitlines()


def test_step_is_printed_once_with_its_output_below(capsys: pytest.CaptureFixture[str]) -> None:
    step = "[2/3] RUN make"
    lines = printed(capsys, (step, "started"), (step, "one"), (step, "two"), (step, "two"), (step, "done"))
    assert lines == ["web | [2/3] RUN make", "web |   one", "web |   two"]


def test_cached_and_failed_steps_show_their_state(capsys: pytest.CaptureFixture[str]) -> None:
    lines = printed(capsys, ("[1/2] RUN a", "cached"), ("[2/2] RUN b", "started"), ("[2/2] RUN b", "failed"))
    assert lines == ["web | [1/2] RUN a", "web |   cached", "web | [2/2] RUN b", "web |   failed"]


@pytest.mark.parametrize(
    "step",
    [
        "[internal] load build definition from Dockerfile",
        "[web internal] load metadata",
        "copy /context /",
        "context",
    ],
)
def test_internal_steps_are_not_printed(capsys: pytest.CaptureFixture[str], step: str) -> None:
    assert printed(capsys, (step, "started"), (step, "transferring"), (step, "done")) == []


def test_output_of_parallel_steps_is_below_the_name_of_its_step(capsys: pytest.CaptureFixture[str]) -> None:
    a, b = "[a 2/2] RUN a", "[b 2/2] RUN b"
    lines = printed(capsys, (a, "started"), (b, "started"), (a, "1"), (a, "2"), (b, "done"), (b, "3"), (a, "done"))
    assert lines == [
        *("web | [a 2/2] RUN a", "web | [b 2/2] RUN b"),
        *("web | [a 2/2] RUN a", "web |   1", "web |   2"),
        *("web | [b 2/2] RUN b", "web |   3"),
    ]


WAIT = PlanNode(
    id=2,
    service="db",
    operation=WaitContainer(container=ContainerRef(name="p_db"), condition=Condition.HEALTHY),
    cause="",
)
COPY = PlanNode(
    id=3,
    operation=CopyVolume(
        source="main_data",
        target="p_data",
        image="busybox:1.36",
        reader=CopyHelper(name="r", labels={}),
        writer=CopyHelper(name="w", labels={}),
    ),
    cause="",
)


class Clocked:
    """The lines of events by a clock that the test sets, in seconds."""

    def __init__(self) -> None:
        self.now_s = 100.0
        self._lines = PlanLines(lambda: self.now_s)

    def line(self, event: Event, *, after_s: float = 0.0) -> str:
        self.now_s += after_s
        return self._lines.line(event)


def test_silence_of_ten_seconds_never_passes_while_something_runs() -> None:
    clocked = Clocked()
    clocked.line(NodeStarted(node=NODE))
    silent = [clocked.line(StillRunning(), after_s=1) for _ in range(20)]
    printed_at = [second for second, line in enumerate(silent, start=1) if line]
    assert printed_at == [8, 16]
    assert silent[15] == "still building image p-web (16s)"


def test_line_while_building_names_the_step() -> None:
    clocked = Clocked()
    clocked.line(NodeStarted(node=NODE))
    clocked.line(Progress(node=NODE, item="[2/3] RUN make", text="started"))
    clocked.line(Progress(node=NODE, item="context", text="sending", current=4096))
    assert clocked.line(StillRunning(), after_s=8) == "still building image p-web (8s): [2/3] RUN make"


def test_line_while_waiting_says_what_is_missing() -> None:
    clocked = Clocked()
    clocked.line(NodeStarted(node=WAIT))
    clocked.line(Progress(node=WAIT, item="", text="health check 2 of 5 failed: refused"))
    assert clocked.line(StillRunning(), after_s=9) == "still waiting for db (9s): health check 2 of 5 failed: refused"


def test_layers_of_a_pull_have_no_lines_and_their_bytes_are_counted() -> None:
    pull = PlanNode(
        id=4, service="db", operation=PullImage(image=DesiredImage(reference="redis:7", service="db")), cause=""
    )
    clocked = Clocked()
    assert clocked.line(NodeStarted(node=pull)) == "pulling image redis:7"
    layers = [("a", 2_000_000, 4_000_000), ("b", 1_000_000, 2_000_000), ("c", 0, 0)]
    events = [Progress(node=pull, item=i, text="downloading", current=now, total=all_) for i, now, all_ in layers]
    assert [clocked.line(event) for event in events] == ["", "", ""]
    assert clocked.line(StillRunning(), after_s=9) == "still pulling image redis:7 (9s, 3.0 MB of 6.0 MB)"
    assert clocked.line(Progress(node=pull, item="", text="failed, retrying")) == "db | failed, retrying"


def test_progress_in_bytes_alone_is_reported_once_in_a_while() -> None:
    clocked = Clocked()
    clocked.line(NodeStarted(node=COPY))
    lines = [
        clocked.line(Progress(node=COPY, item="", text="", current=n * 1_000_000), after_s=1) for n in range(1, 11)
    ]
    assert [line for line in lines if line] == ["still copying volume p_data (8s, 8.0 MB)"]


@pytest.mark.parametrize(
    "end",
    [
        NodeDone(node=NODE, elapsed_s=1),
        NodeFailed(node=NODE, error=WtcError("failed")),
        NodeSkipped(node=NODE, because=None),
    ],
)
def test_ended_node_is_not_reported_as_running(end: Event) -> None:
    clocked = Clocked()
    clocked.line(NodeStarted(node=NODE))
    clocked.line(end)
    assert clocked.line(StillRunning(), after_s=60) == ""


def test_line_names_the_longest_running_and_counts_the_others() -> None:
    clocked = Clocked()
    for id_ in range(10, 15):
        node = PlanNode(id=id_, service=f"s{id_}", operation=WAIT.operation, cause="")
        clocked.line(NodeStarted(node=node), after_s=1)
    expected = "still waiting for s10 (14s), waiting for s11 (13s), waiting for s12 (12s), and 2 more"
    assert clocked.line(StillRunning(), after_s=10) == expected
