"""What README says of the commands is what the program says."""

from importlib import import_module

import pytest

from tests.readme import README, with_table
from wtc.cli.catalog import COMMANDS, MODULES


def test_the_table_of_commands_is_the_catalogs() -> None:
    text = README.read_text()
    assert text == with_table(text), "to write it anew, run `uv run python -m tests.readme`"


@pytest.mark.parametrize("entry", COMMANDS, ids=lambda entry: entry.name)
def test_the_help_of_every_command_ends_with_an_example_of_it(entry: object) -> None:
    name = getattr(entry, "name", "")
    assert f"wtc {name}" in import_module(MODULES[name]).EXAMPLES
