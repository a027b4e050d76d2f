"""`COMPOSE_PROJECT_NAME` does not name a stack, and `up` says so once, with its place."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.orchestrator.repository import COMPOSE, write
from wtc.events import Event, Warned
from wtc.orchestrator.context.project_name import warn_of_project_name
from wtc.orchestrator.context.target import Target, locate


@pytest.mark.parametrize(
    ("env_file", "environment", "expected"),
    [
        ("", {}, []),
        ("", {"COMPOSE_PROJECT_NAME": "shop"}, [("shop` in the environment", None)]),
        ("", {"COMPOSE_PROJECT_NAME": "web-abc123"}, []),
        ("A=1\n  export COMPOSE_PROJECT_NAME='shop'\n", {}, [("shop`", (2, 10))]),
        ("COMPOSE_PROJECT_NAME=a\nCOMPOSE_PROJECT_NAME=shop\n", {}, [("shop`", (2, 1))]),
        ("COMPOSE_PROJECT_NAME=web-abc123\n", {}, []),
        ("# COMPOSE_PROJECT_NAME=shop\nXCOMPOSE_PROJECT_NAME=shop\nCOMPOSE_PROJECT_NAME=\n", {}, []),
        ("COMPOSE_PROJECT_NAME=shop\n", {"COMPOSE_PROJECT_NAME": ""}, []),
    ],
)
def test_project_name_without_effect_is_a_warning_with_its_position(
    tmp_path: Path, env_file: str, environment: Mapping[str, str], expected: list[tuple[str, tuple[int, int] | None]]
) -> None:
    write(tmp_path, {"compose.yaml": COMPOSE, ".env": env_file})
    found: list[Event] = []
    located = locate(Target(cwd=str(tmp_path), environment=environment))
    warn_of_project_name(located, environment, "web-abc123", found.append)
    assert len(found) == len(expected)
    for event, (text, place) in zip(found, expected, strict=True):
        assert isinstance(event, Warned)
        assert event.diagnostic.message == (
            f"`COMPOSE_PROJECT_NAME={text} does not name the stack: its name is `web-abc123`"
        )
        position = event.diagnostic.position
        assert (position and position[1:]) == place
        assert position is None or position.file == f"{tmp_path}/.env"
