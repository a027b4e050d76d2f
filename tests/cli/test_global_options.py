"""Global options before the command, as in Docker Compose."""

from pathlib import Path

import pytest

from wtc.cli.global_options import move_global_options
from wtc.cli.main import run


@pytest.mark.parametrize(
    ("line", "read"),
    [
        ("up web", "up web"),
        ("-f dev.yaml up", "up --file dev.yaml"),
        ("-fdev.yaml up", "up --file dev.yaml"),
        ("-f a -f b --profile p up -q", "up --file a --file b --profile p -q"),
        ("--file=a=b --env-file .e config", "config --file a=b --env-file .e"),
        ("-w /x --context far --debug ps -a", "ps --worktree /x --context far --debug -a"),
        ("-f a logs -f", "logs --file a -f"),
        ("--compose a exec web ls -f /", "exec --file a web ls -f /"),
        ("--worktree= up", "up --worktree "),
        ("-p x config", "config --project-name x"),
        # What is for the library to complain of, or to answer.
        ("", ""),
        ("--help", "--help"),
        ("--version", "--version"),
        ("-f a", "-f a"),
        ("-f", "-f"),
        ("-f a --frob up", "-f a --frob up"),
    ],
)
def test_options_before_the_command_belong_to_it(line: str, read: str) -> None:
    assert move_global_options(line.split(" ") if line else []) == (read.split(" ") if read else [])


def test_config_reads_the_file_given_before_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "dev.yaml"
    file.write_text("services: {only-here: {image: busybox}}\n")
    assert run(["-f", str(file), "config", "--services"]) == 0
    assert capsys.readouterr().out == "only-here\n"


@pytest.mark.parametrize("line", ["-p x up", "up -p x", "up --project-name=x", "--project-name x ps", "down -px"])
def test_project_name_is_rejected_with_the_alternative(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(line.split(" ")) == 2
    error = capsys.readouterr().err
    assert "it does not name a stack" in error
    assert "run `wtc up` in another worktree" in error


def test_config_accepts_a_project_name_before_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "compose.yaml"
    file.write_text("services: {web: {image: busybox}}\n")
    assert run(["-p", "mine", "-f", str(file), "config"]) == 0
    assert capsys.readouterr().out.startswith("name: mine\n")
