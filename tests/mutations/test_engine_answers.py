"""Any answer of an engine ends a command in limited time and memory, without a traceback.

`pytest tests/mutations --mutations 20000` damages more answers.
"""

import random
import subprocess

import pytest

from tests.mutations.engine import BOMBS, damaged, hostile, whole
from tests.mutations.scene import COMMANDS, Scene


@pytest.mark.parametrize("line", COMMANDS)
def test_undamaged_answers_end_a_command_cleanly(scene: Scene, line: str) -> None:
    scene.engine.dice, scene.engine.send = None, whole
    scene.run(line)


def test_undamaged_answers_are_those_of_this_worktree(scene: Scene) -> None:
    scene.engine.dice, scene.engine.send = None, whole
    assert "web" in scene.run("top").stdout


@pytest.mark.parametrize("name", BOMBS)
def test_hostile_answer_is_handled_in_limited_time_and_memory(scene: Scene, name: str) -> None:
    route, line, pieces = BOMBS[name]
    scene.engine.dice, scene.engine.send = None, hostile(route, pieces)
    scene.run(line)


def test_damaged_answers_end_a_command_cleanly(scene: Scene, request: pytest.FixtureRequest) -> None:
    count = int(str(request.config.getoption("--mutations"))) // 4
    statuses: set[int] = set()
    for seed in range(count):
        dice = random.Random(seed)
        scene.engine.dice, scene.engine.send = dice, damaged(dice)
        try:
            statuses.add(scene.run(COMMANDS[seed % len(COMMANDS)]).returncode)
        except (AssertionError, subprocess.TimeoutExpired) as error:
            error.add_note(f"seed {seed}")
            raise
    assert {0, 1, 4} <= statuses
