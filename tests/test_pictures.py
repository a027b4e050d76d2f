"""README's pictures: the script that draws them runs, and they say what the program says today."""

import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.readme import README
from wtc.cli.command_table import MODULES

ROOT = Path(__file__).parents[1]
PICTURES = ROOT / "examples" / "pictures"
NAMES = sorted(picture.name for picture in PICTURES.glob("*.svg"))
SVG = "{http://www.w3.org/2000/svg}"


def lines(picture: Path) -> list[str]:
    """What stands in it where nothing moves, a line each; what differs from run to run is a letter."""
    tree = ET.parse(picture).getroot()
    found: dict[tuple[int, str], list[str]] = {}
    for number, window in enumerate(tree.findall(f"{SVG}g")):
        shown = [group for group in window.findall(f"{SVG}g") if group.get("visibility") != "hidden"]
        assert len(shown) == 1
        for text in shown[0].iter(f"{SVG}text"):
            found.setdefault((number, text.get("y", "")), []).append(text.text or "")
    lines = [" ".join(" ".join(words).split()) for words in found.values()]
    return [
        re.sub(r"127\.0\.0\.1:\d+", "A", re.sub(r"\b(?:\d+m\d\ds|\d+\.\ds)|-[0-9a-f]{6}\b", "T", line))
        for line in lines
    ]


def test_readme_shows_all_pictures_with_alternative_text() -> None:
    shown = re.findall(r"!\[([^\]]+)\]\(examples/pictures/([^)]+)\)", README.read_text())
    assert sorted(name for _, name in shown) == NAMES == ["two-worktrees.svg", "up.svg"]
    assert all(len(text) > 100 for text, _ in shown)


@pytest.mark.parametrize("name", NAMES)
def test_they_speak_of_commands_that_there_are_and_of_no_machine(name: str) -> None:
    text = (PICTURES / name).read_text()
    typed = re.findall(r"\$ wtc (\w+)", "\n".join(lines(PICTURES / name)))
    assert set(typed) & set(MODULES) == set(typed) != set()
    assert not re.search(r"/(tmp|root|home|work|Users)/", text)


@pytest.mark.engine
@pytest.mark.timeout(600)
@pytest.mark.slow
def test_they_are_what_the_script_draws(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.pictures", str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    for name in NAMES:
        hint = "to draw them again, run `uv run python -m tests.pictures`"
        assert lines(tmp_path / name) == lines(PICTURES / name), hint
