"""README's examples of artifacts run as they are written there."""

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

README = Path(__file__).parents[2] / "README.md"


def examples() -> list[str]:
    """Return the programs in README's section, in order."""
    _, _, rest = README.read_text().partition("\n## State as artifacts\n")
    section = rest.partition("\n## ")[0].splitlines()
    blocks: list[list[str]] = [[]]
    for line in section:
        if line.startswith("    "):
            blocks[-1].append(line)
        elif line and blocks[-1]:
            blocks.append([])
        elif blocks[-1]:
            blocks[-1].append("")
    return [textwrap.dedent("\n".join(block)).strip() + "\n" for block in blocks if block]


def run(program: str, folder: Path) -> str:
    assert '"/data"' in program
    code = program.replace('"/data"', repr(str(folder)))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(
    ("number", "outputs", "stored"),
    [
        (0, ["0\n", "1\n", "2\n"], ["counter.json"]),
        (
            1,
            ["localhost ()\n", "db.example ('import',)\n", "db.example ('import', 'import')\n"],
            ["app", "app/progress.json", "app/storage", "app/storage/backups", "app/storage/backups/monday",
             "app/storage/database.json"],
        ),
    ],
    ids=["counter", "layouts"],
)  # fmt: skip
def test_an_example_keeps_its_state_from_run_to_run(
    tmp_path: Path, number: int, outputs: list[str], stored: list[str]
) -> None:
    assert [run(examples()[number], tmp_path) for _ in outputs] == outputs
    assert sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*")) == stored


def test_there_are_two_examples() -> None:
    assert len(examples()) == 2
