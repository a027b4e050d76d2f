"""How errors are told goes by wtc's own options, not by what a command in a container is given."""

import json

import pytest

from wtc.cli.error_format import ErrorFormat, error_format
from wtc.cli.main import run


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
    ],
)
def test_only_own_options_count(line: str, expected: ErrorFormat) -> None:
    assert error_format(line.split()) == expected


@pytest.mark.parametrize("command", [["exec", "--nope", "web", "ls"], ["run", "--nope", "web"]])
def test_what_a_command_is_given_makes_no_document(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*command, "--json", "--debug"]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert "no such option: `--nope`" in told.err
    assert "Traceback" not in told.err


def test_the_document_of_an_error_that_comes_before_the_options_are_read(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["ps", "--nope", "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["error"]["exit_status"] == 2


def test_where_the_answer_is_lines_the_error_is_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["events", "--json", "--nope"]) == 2
    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line)["ok"] is False
