"""The options of wtc decide how its errors are printed, those of a command in a container or a sandbox do not."""

import json
import os
from pathlib import Path

import pytest

from tests.schemas import ERROR, Contract
from tests.wtc_process import run_wtc
from wtc.cli.error_format import ErrorFormat, error_format
from wtc.cli.main import run
from wtc.cli.plain_parser import PlainLine
from wtc.errors import Exit


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("ps", ErrorFormat()),
        ("ps --json", ErrorFormat(as_json=True)),
        ("up web --json", ErrorFormat(as_json=True)),
        ("up -w --json", ErrorFormat()),
        ("up -w . --json --debug", ErrorFormat(as_json=True, debug=True)),
        ("up -- --json", ErrorFormat()),
        ("up --events json", ErrorFormat(events=True)),
        ("up --events=json --json", ErrorFormat(as_json=True, events=True)),
        ("up --scale --events json", ErrorFormat()),
        ("ps --nonsense --json", ErrorFormat(as_json=True)),
        ("ps --json --nonsense", ErrorFormat(as_json=True)),
        ("ps --json -w", ErrorFormat(as_json=True)),
        ("logs --json", ErrorFormat(as_json=True)),
        ("up --build=maybe --json", ErrorFormat(as_json=True)),
        ("up --build=maybe", ErrorFormat()),
        ("events --json", ErrorFormat(as_json=True, as_line=True)),
        ("env --format json", ErrorFormat(as_json=True)),
        ("env --format=shell", ErrorFormat()),
        ("config --format json", ErrorFormat()),
        ("nonsense --json", ErrorFormat(as_json=True)),
        ("--json", ErrorFormat(as_json=True)),
        ("worktree list --json", ErrorFormat(as_json=True)),
        ("worktree add --json", ErrorFormat(as_json=True)),
        ("worktree lock a --reason --json", ErrorFormat()),
        ("worktree lock a --reason b --debug", ErrorFormat(debug=True)),
        ("worktree nonsense --json", ErrorFormat(as_json=True)),
        ("exec web ls --json", ErrorFormat()),
        ("exec web --json", ErrorFormat()),
        ("exec -u root web ls --json --debug", ErrorFormat()),
        ("exec -Tu root --debug web ls --json", ErrorFormat(debug=True)),
        ("exec --debug web ls", ErrorFormat(debug=True)),
        ("exec --json web ls --debug", ErrorFormat(as_json=True)),
        ("exec -e A=b -- web ls --debug", ErrorFormat()),
        ("run --rm web npm --json --debug", ErrorFormat()),
        ("run --name --json web", ErrorFormat()),
        ("run --debug --rm web npm", ErrorFormat(debug=True)),
        ("sandbox npm test --json --debug", ErrorFormat()),
        ("sandbox --memory 2g -- npm --json", ErrorFormat()),
        ("sandbox --memory --json npm", ErrorFormat()),
        ("sandbox --json npm", ErrorFormat(as_json=True)),
        ("exec -- web ls --json", ErrorFormat()),
        ("exec --nonsense web ls --json", ErrorFormat()),
        ("nonsense -- ls --json --debug", ErrorFormat()),
        ("nonsense --json -- ls", ErrorFormat(as_json=True)),
        ("config --json --format json", ErrorFormat(as_json=True)),
        ("config --format json --debug", ErrorFormat(debug=True)),
    ],
)
def test_only_options_of_wtc_decide_the_error_format(line: str, expected: ErrorFormat) -> None:
    assert error_format(line.split()) == expected


@pytest.mark.parametrize("command", [["exec", "--nope", "web", "ls"], ["run", "--nope", "web"]])
def test_option_of_a_command_in_a_container_does_not_print_json(
    command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*command, "--json", "--debug"]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "no such option: `--nope`" in printed.err
    assert "Traceback" not in printed.err


@pytest.mark.parametrize("command", [["exec", "web", "ls"], ["run", "web", "ls"], ["sandbox", "ls"]])
def test_error_of_wtc_is_text_if_json_belongs_to_the_command(
    command: list[str], capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none.sock")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert run([*command, "--json"]) != 0
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "error:" in printed.err


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("ps --nope --json", "usage"),
        ("--json", "usage"),
        ("nonsense --json", "usage"),
        ("up --wait-timeout x --json", "usage"),
        ("up --ports --json --json", "usage"),
        ("worktree nonsense --json", "usage"),
        ("status --json", "no_compose_file"),
    ],
)
def test_error_is_one_json_document_with_a_code(
    line: str, code: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    status = run(line.split())
    document = json.loads(capsys.readouterr().out)
    assert Contract().violations(ERROR, document) == []
    assert (document["error"]["code"], document["error"]["exit_status"]) == (code, status)


def test_bug_is_one_json_document_with_a_code(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_line: PlainLine) -> int:
        raise KeyError("secret")

    monkeypatch.setattr("wtc.cli.plain_parser.PlainLine.run", fail)
    assert run(["ps", "--json"]) == 70
    printed = capsys.readouterr()
    error = json.loads(printed.out)["error"]
    assert (error["code"], error["exit_status"]) == ("internal", 70)
    assert "secret" not in printed.out + printed.err


def test_format_is_known_before_the_command_starts(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(_line: PlainLine) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("wtc.cli.plain_parser.PlainLine.run", interrupt)
    assert run(["--debug", "ps", "--json"]) == 130
    printed = capsys.readouterr()
    assert json.loads(printed.out)["error"]["exit_status"] == 130
    assert "KeyboardInterrupt" in printed.err


def test_error_of_a_command_that_prints_lines_is_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["events", "--json", "--nope"]) == 2
    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line)["ok"] is False


def test_invalid_file_is_reported_although_no_engine_answers(tmp_path: Path) -> None:
    """`up` begins to ask the engine before it reads the file, and does not wait for the engine."""
    (tmp_path / "compose.yaml").write_text("services: {web: {image: x, mem_limit: [1]}}\n")
    env = {"HOME": str(tmp_path), "PATH": os.environ["PATH"], "DOCKER_HOST": f"unix://{tmp_path}/none.sock"}
    ended = run_wtc("up", cwd=tmp_path, env=env, data="")
    assert (ended.returncode, ended.stderr.splitlines()[0]) == (
        Exit.COMPOSE_FILE,
        "error: `mem_limit` must be a string or a number, not a list",
    )
