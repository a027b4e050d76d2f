"""Secrets and configs that have no content, or that the engine cannot copy to their target."""

import pytest

from tests.compose.memory import project
from wtc.compose.loader.decode import decode_project
from wtc.planner.desired.file_grants import unreachable_files

TOP = """\
secrets:
  {inline: {environment: SECRET}, mounted: {file: ./s.txt}, unset: {environment: NOT_SET}, swarm: {external: true}}
configs: {text: {content: abc}, empty: {environment: EMPTY}, unset: {environment: NOT_SET}, swarm: {external: true}}
"""


def found(attributes: str) -> list[str]:
    """Return `SEVERITY PATH` of each finding with a position."""
    text = f"services:\n  a:\n    image: x\n    <<: {attributes}\n{TOP}"
    own = unreachable_files(decode_project(project(text, environment={"SECRET": "hidden", "EMPTY": ""})))
    return [f"{d.severity} {'.'.join(map(str, d.path))}" for d in own if d.position]


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ("{read_only: true, secrets: [inline]}", "error services.a.secrets.0"),
        ("{read_only: true, configs: [text]}", "error services.a.configs.0"),
        ("{read_only: true, tmpfs: /run, secrets: [mounted, inline]}", "error services.a.secrets.1"),
        ("{secrets: [mounted, unset]}", "error services.a.secrets.1"),
        ("{configs: [unset]}", "error services.a.configs.0"),
        ("{secrets: [mounted, swarm]}", "error services.a.secrets.1"),
        ("{configs: [swarm]}", "error services.a.configs.0"),
        ("{tmpfs: ['/run:size=1m'], secrets: [inline]}", "warning services.a.secrets.0"),
        (
            "{volumes: [{type: tmpfs, target: /etc}], configs: [{source: text, target: /etc/c}]}",
            "warning services.a.configs.0",
        ),
    ],
)
def test_unreachable_content_is_reported_with_its_position(attributes: str, expected: str) -> None:
    assert found(attributes) == [expected]


@pytest.mark.parametrize(
    "attributes",
    [
        "{read_only: true, secrets: [mounted]}",
        "{read_only: true, volumes: ['/run/secrets'], secrets: [inline]}",
        "{tmpfs: /tmp, secrets: [inline], configs: [text]}",
        "{tmpfs: /run, secrets: [mounted]}",
        "{configs: [empty]}",
    ],
)
def test_reachable_content_is_not_reported(attributes: str) -> None:
    assert found(attributes) == []
