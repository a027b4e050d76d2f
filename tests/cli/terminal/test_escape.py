"""Text that is written to the standard streams is escaped, unless it is marked as wtc's own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import wtc
from wtc.cli.terminal.escape import Verbatim, escape_control, escape_line, escaped

SOURCE = Path(wtc.__file__).parent
WRITES_BYTES = {
    "cli/terminal/fullscreen.py",  # escapes each line
    "cli/terminal/streams.py",
    "cli/render/logs.py",  # the logs of containers
    "orchestrator/cp.py",  # a tar
}
MARKS_VERBATIM = {"cli/foreground.py", "cli/terminal"}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain é ☃\tb\nc", "plain é ☃\tb\nc"),
        ("\x1b[31m", r"\x1b[31m"),
        ("\x07\x7f\x9b\r", r"\x07\x7f\x9b\x0d"),
        ("\u202ea\u2066\u061c", r"\u202ea\u2066\u061c"),
    ],
)
def test_control_characters_are_escaped(text: str, shown: str) -> None:
    assert escape_control(text) == shown
    assert escape_control(shown) == shown


def test_line_has_no_line_break() -> None:
    assert escape_line("a\tb\nc\u2028d") == r"a\x09b\x0ac\u2028d"


def test_only_own_text_stays_verbatim() -> None:
    own = Verbatim("\x1b[1m")
    assert escaped(own, "\x1b[2m") == "\x1b[1m" + r"\x1b[2m"
    assert not isinstance(f"{own}", Verbatim)
    assert not isinstance(own + "a", Verbatim)


def test_streams_escape_what_is_written() -> None:
    program = (
        "import sys\n"
        "from wtc.cli.terminal.streams import prepare_streams\n"
        "from wtc.cli.terminal.escape import Verbatim\n"
        "prepare_streams()\n"
        "for stream in (sys.stdout, sys.stderr):\n"
        "    print('\\x1b[31m', file=stream)\n"
        "    stream.writelines(['\\x9b', Verbatim('\\x1b[1m')])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, env={"PATH": os.environ["PATH"]}, check=True
    )
    assert done.stdout == done.stderr == b"\\x1b[31m\n\\x9b\x1b[1m"


def test_only_few_modules_write_past_the_streams() -> None:
    for path in SOURCE.rglob("*.py"):
        name, text = str(path.relative_to(SOURCE)), path.read_text(encoding="utf-8")
        assert "stdout.buffer" not in text or name in WRITES_BYTES, name
        assert "Verbatim(" not in text or name in MARKS_VERBATIM or os.path.dirname(name) in MARKS_VERBATIM, name
