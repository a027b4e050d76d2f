"""What `--help` says: every option, an example, and all of it within 80 columns."""

from typing import Any

import pytest

from wtc.cli.app import build_app
from wtc.cli.command_table import COMMANDS, GROUPS, HIDDEN
from wtc.cli.main import run

INNER = [f"{group} {entry.name}" for group, entries in GROUPS.items() for entry in entries]
NAMES = [*(entry.name for entry in COMMANDS), *HIDDEN, *INNER]


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Gives the lines of a command's help, in 80 columns."""
    monkeypatch.setenv("COLUMNS", "80")

    def lines(*command: str) -> list[str]:
        assert run([*command, "--help"]) == 0
        return capsys.readouterr().out.splitlines()

    return lines


def test_each_command_has_one_line_in_its_section(told: Any) -> None:
    lines = told()
    assert [line for line in lines if len(line) > 80] == []
    for section in dict.fromkeys(entry.section for entry in COMMANDS):
        begin = lines.index(f"{section}:") + 1
        own = [entry for entry in COMMANDS if entry.section == section]
        found = [line.split(maxsplit=1) for line in lines[begin : begin + len(own)]]
        assert found == [[entry.name, entry.summary] for entry in own]


@pytest.mark.parametrize("group", GROUPS)
def test_commands_of_a_command_have_one_line_each(told: Any, group: str) -> None:
    lines = told(group)
    begin = lines.index(f"{GROUPS[group][0].section}:") + 1
    found = [line.split(maxsplit=1) for line in lines[begin : begin + len(GROUPS[group])]]
    assert found == [[entry.name, entry.summary] for entry in GROUPS[group]]


@pytest.mark.parametrize("name", NAMES)
def test_the_help_of_each_command_ends_with_an_example_of_it(told: Any, name: str) -> None:
    lines = told(*name.split())
    assert [line for line in lines if len(line) > 80] == []
    (begin,) = [n for n, line in enumerate(lines) if line.startswith("  Example: ")]
    assert f"wtc {name}" in " ".join(lines[begin:])


@pytest.mark.parametrize("name", NAMES)
def test_on_a_narrow_terminal_all_but_the_example_still_fits(
    told: Any, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    lines = told(*name.split())
    end = next(n for n, line in enumerate(lines) if line.startswith("  Example: "))
    assert [line for line in lines[:end] if len(line) > 60] == []


def test_an_example_can_be_copied_from_a_narrow_terminal(told: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    assert told("setup")[-1] == '  Example: wtc setup --worktree "$CONDUCTOR_WORKSPACE_PATH"'


def test_it_is_told_what_naming_no_service_means(told: Any) -> None:
    assert "  [SERVICE]...  These alone; all where none is named." in told("up")


@pytest.mark.parametrize("name", NAMES)
def test_each_option_is_told(name: str) -> None:
    command: Any = build_app()
    for word in name.split():
        command = command.commands[word]
    options = [p for p in command.params if p.param_type_name == "option" and not p.hidden]
    assert options or name in HIDDEN or name in GROUPS
    assert [p.opts for p in options if not (p.help or "").endswith(".")] == []
