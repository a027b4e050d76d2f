"""A wrong name on the command line is answered with the nearest one that exists."""

from pathlib import Path

import pytest

from tests.wtc_process import run_wtc


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "compose.yaml").write_text(
        "services: {web: {image: nginx, ports: ['80']}, db: {image: postgres},\n"
        " worker: {image: nginx, profiles: [jobs]}}\n"
    )
    return tmp_path


@pytest.mark.parametrize(
    ("line", "error", "near"),
    [
        ("upp", "no such command: `upp`", "up"),
        ("sacle web=2", "no such command: `sacle`", "scale"),
        ("worktree lst", "no such command: `lst`", "list"),
        ("up --fourground", "no such option: `--fourground`", "--foreground"),
        ("logs --folow", "no such option: `--folow`", "--follow"),
        ("config --servces", "no such option: `--servces`", "--services"),
        ("config wbe", "no such service: `wbe`", "web"),
        ("config wroker", "no such service: `wroker`", "worker"),
        ("init calude", "no such harness: `calude`", "claude"),
    ],
)
def test_nearest_name_is_the_first_hint(project: Path, line: str, error: str, near: str) -> None:
    ended = run_wtc(*line.split(), cwd=project, env={"HOME": str(project), "PATH": "/usr/bin:/bin"}, data=b"")
    lines = ended.stderr.decode().splitlines()
    assert (ended.returncode, lines[0]) == (2, f"error: {error}")
    assert lines[2] == f"hint: did you mean `{near}`?"


def test_name_that_is_like_none_gets_no_suggestion(project: Path) -> None:
    ended = run_wtc("qqqq", cwd=project, env={"HOME": str(project), "PATH": "/usr/bin:/bin"}, data=b"")
    assert b"did you mean" not in ended.stderr
