"""When a command that only stops containers has to interpret the compose file for its hooks."""

from pathlib import Path

import pytest

from tests.e2e.harness import write
from wtc.orchestrator.context.context import Context
from wtc.orchestrator.context.hooks import pre_stop_hooks
from wtc.orchestrator.context.target import Target

HOOK = "services: {web: {image: i, pre_stop: [{command: drain}]}}\n"
ESCAPED = 'services: {web: {image: i, "pre\\u005fstop": [{command: drain}]}}\n'


@pytest.mark.parametrize(
    ("files", "interpreted"),
    [
        ({"compose.yaml": "services: {web: {image: i}}\n"}, False),
        ({"compose.yaml": HOOK}, True),
        ({"compose.yaml": ESCAPED}, True),
        ({"compose.yaml": "include: [other.yaml]\n", "other.yaml": HOOK}, True),
        (
            {"compose.yaml": "services: {web: {extends: {file: other.yaml, service: web}}}\n", "other.yaml": HOOK},
            True,
        ),
        ({"compose.yaml": "services: {web: {image: i}}\n", "compose.override.yaml": HOOK}, True),
        ({}, False),
    ],
)
def test_file_is_interpreted_only_if_a_service_may_have_the_hook(
    tmp_path: Path, files: dict[str, str], *, interpreted: bool
) -> None:
    write(tmp_path, files)
    environment = {"HOME": str(tmp_path), "WTC_CONFIG_DIR": str(tmp_path / "config")}
    target = Target(cwd=str(tmp_path), environment=environment)
    with Context(target, lambda _event: None, offline=True) as context:
        found = pre_stop_hooks(context)
        assert ("projects" in vars(context)) is interpreted
    assert [hook.command for service in found.values() for hook in service.pre_stop] == [("drain",)] * interpreted
