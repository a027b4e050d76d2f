"""The output of `--help`: every option, an example, and at most 80 columns."""

from typing import Any

import pytest

from wtc.cli.app import build_app
from wtc.cli.command_table import COMMANDS, GROUPS, HIDDEN
from wtc.cli.main import run

INNER = [f"{group} {entry.name}" for group, entries in GROUPS.items() for entry in entries]
NAMES = [*(entry.name for entry in COMMANDS), *HIDDEN, *INNER]


@pytest.fixture
def help_lines(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Return a function command -> lines of its help, in 80 columns."""
    monkeypatch.setenv("COLUMNS", "80")

    def lines(*command: str) -> list[str]:
        assert run([*command, "--help"]) == 0
        return capsys.readouterr().out.splitlines()

    return lines


def test_each_command_has_one_line_in_its_section(help_lines: Any) -> None:
    lines = help_lines()
    assert [line for line in lines if len(line) > 80] == []
    for section in dict.fromkeys(entry.section for entry in COMMANDS):
        begin = lines.index(f"{section}:") + 1
        own = [entry for entry in COMMANDS if entry.section == section]
        found = [line.split(maxsplit=1) for line in lines[begin : begin + len(own)]]
        assert found == [[entry.name, entry.summary] for entry in own]


@pytest.mark.parametrize("group", GROUPS)
def test_each_subcommand_has_one_line(help_lines: Any, group: str) -> None:
    lines = help_lines(group)
    begin = lines.index(f"{GROUPS[group][0].section}:") + 1
    found = [line.split(maxsplit=1) for line in lines[begin : begin + len(GROUPS[group])]]
    assert found == [[entry.name, entry.summary] for entry in GROUPS[group]]


@pytest.mark.parametrize("name", NAMES)
def test_help_of_each_command_ends_with_an_example(help_lines: Any, name: str) -> None:
    lines = help_lines(*name.split())
    assert [line for line in lines if len(line) > 80] == []
    (begin,) = [n for n, line in enumerate(lines) if line.startswith("  Example: ")]
    assert f"wtc {name}" in " ".join(lines[begin:])


@pytest.mark.parametrize("name", NAMES)
def test_help_fits_a_narrow_terminal_except_for_the_example(
    help_lines: Any, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    lines = help_lines(*name.split())
    end = next(n for n, line in enumerate(lines) if line.startswith("  Example: "))
    assert [line for line in lines[:end] if len(line) > 60] == []


def test_example_is_not_wrapped_on_a_narrow_terminal(help_lines: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    assert help_lines("setup")[-1] == '  Example: wtc setup --worktree "$CONDUCTOR_WORKSPACE_PATH"'


def test_help_shows_that_all_services_are_the_default(help_lines: Any) -> None:
    assert "  [SERVICE]...  Only these services. Default: all." in help_lines("up")


@pytest.mark.parametrize("name", NAMES)
def test_each_option_has_a_help_text(name: str) -> None:
    command: Any = build_app()
    for word in name.split():
        command = command.commands[word]
    options = [p for p in command.params if p.param_type_name == "option" and not p.hidden]
    assert options or name in HIDDEN or name in GROUPS
    assert [p.opts for p in options if not (p.help or "").endswith(".")] == []
