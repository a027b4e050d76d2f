"""Plain lines of a build: each step once, with its output below."""

import pytest

from wtc.cli.render.plain_reporter import PlainReporter
from wtc.events import Progress
from wtc.model.desired import DesiredImage
from wtc.model.plan import BuildImage, PlanNode

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


@pytest.mark.parametrize("step", ["[internal] load build definition from Dockerfile", "[web internal] load metadata"])
def test_internal_steps_are_not_printed(capsys: pytest.CaptureFixture[str], step: str) -> None:
    assert printed(capsys, (step, "started"), (step, "transferring"), (step, "done")) == []
