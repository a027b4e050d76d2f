"""What an engine answers reaches a terminal with its control characters escaped."""

import contextlib
import fcntl
import os
import pty
import re
import struct
import termios
import threading

import pytest

from tests.mutations.engine import whole, with_text_in_strings
from tests.mutations.scene import COMMANDS, Scene
from tests.wtc_process import start_wtc

HOSTILE = "\x1b[31;45mred\x1b]0;title\x07\x9b2J\x7f\u202e"
RAW = re.compile("\x1b\\[31;45m|\x1b\\]0;|[\x07\x7f\x9b\u202e]")
PASSED_ON = frozenset({"logs", "logs --timestamps --tail 3", "cp web:/etc/passwd -"})
"""The output of containers, which `wtc logs` passes on as it is."""
SHOWN = [line for line in COMMANDS if line not in PASSED_ON]


@pytest.fixture(autouse=True)
def _hostile_answers(scene: Scene) -> None:  # pyright: ignore[reportUnusedFunction] - a fixture
    scene.engine.dice, scene.engine.send = None, with_text_in_strings(HOSTILE)


@pytest.mark.parametrize("line", SHOWN)
def test_answers_are_escaped_in_a_pipe(scene: Scene, line: str) -> None:
    ended = scene.run(line)
    assert not RAW.search(ended.stdout + ended.stderr)


@pytest.mark.parametrize("line", SHOWN)
def test_answers_are_escaped_on_a_terminal(scene: Scene, line: str) -> None:
    assert not RAW.search(on_terminal(scene, line))


@pytest.mark.parametrize("line", ["top", "ps -a", "doctor", "events --until 0s"])
def test_escaped_text_is_shown(scene: Scene, line: str) -> None:
    assert r"\x1b[31;45mred" in scene.run(line).stdout
    assert r"\x1b[31;45mred" in on_terminal(scene, line)


def test_json_is_exact(scene: Scene) -> None:
    assert r"\u001b[31;45mred" in scene.run("events --json --until 0s").stdout


def test_undamaged_answers_have_colours_and_links_on_a_terminal(scene: Scene) -> None:
    scene.engine.send = whole
    assert "\x1b[32m" in on_terminal(scene, "doctor")
    assert "\x1b]8;;http://" in on_terminal(scene, "ports")


def on_terminal(scene: Scene, line: str) -> str:
    """Return all that a command writes to its terminal."""
    driver, screen = pty.openpty()
    fcntl.ioctl(screen, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 400, 0, 0))
    written = bytearray()

    def read() -> None:
        with contextlib.suppress(OSError):
            while data := os.read(driver, 1 << 16):
                written.extend(data)

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    environment = {**scene.environment, "TERM": "xterm"}
    process = start_wtc(
        *line.split(), cwd=scene.folder, env=environment, stdin=screen, stdout=screen, stderr=screen, terminal=True
    )
    process.wait(20)
    os.close(screen)
    reader.join()
    os.close(driver)
    scene.settle()
    return written.decode(errors="replace")
