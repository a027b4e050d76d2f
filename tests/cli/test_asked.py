"""How errors are told goes by wtc's own options, not by what a command in a container is given."""

import json

import pytest

from wtc.cli.asked import Asked, asked
from wtc.cli.main import run


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("ps", Asked()),
        ("ps --json", Asked(as_json=True)),
        ("up web --json", Asked(as_json=True)),
        ("up -w --json", Asked()),
        ("up -w . --json --debug", Asked(as_json=True, debug=True)),
        ("up -- --json", Asked()),
        ("up --events json", Asked(events=True)),
        ("up --events=json --json", Asked(as_json=True, events=True)),
        ("up --scale --events json", Asked()),
        ("ps --nonsense --json", Asked(as_json=True)),
        ("ps --json --nonsense", Asked(as_json=True)),
        ("ps --json -w", Asked(as_json=True)),
        ("logs --json", Asked(as_json=True)),
        ("events --json", Asked(as_json=True, as_line=True)),
        ("env --format json", Asked(as_json=True)),
        ("env --format=shell", Asked()),
        ("config --format json", Asked()),
        ("nonsense --json", Asked(as_json=True)),
        ("--json", Asked(as_json=True)),
        ("worktree list --json", Asked(as_json=True)),
        ("worktree add --json", Asked(as_json=True)),
        ("worktree lock a --reason --json", Asked()),
        ("worktree lock a --reason b --debug", Asked(debug=True)),
        ("worktree nonsense --json", Asked(as_json=True)),
        ("exec web ls --json", Asked()),
        ("exec web --json", Asked()),
        ("exec -u root web ls --json --debug", Asked()),
        ("exec -Tu root --debug web ls --json", Asked(debug=True)),
        ("exec --debug web ls", Asked(debug=True)),
        ("exec --json web ls --debug", Asked(as_json=True)),
        ("exec -e A=b -- web ls --debug", Asked()),
        ("run --rm web npm --json --debug", Asked()),
        ("run --name --json web", Asked()),
        ("run --debug --rm web npm", Asked(debug=True)),
    ],
)
def test_only_own_options_count(line: str, expected: Asked) -> None:
    assert asked(line.split()) == expected


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
