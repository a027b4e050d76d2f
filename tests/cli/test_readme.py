"""What README says of the commands is what the program says."""

from tests.readme import README, with_table


def test_the_table_of_commands_is_the_catalogs() -> None:
    text = README.read_text()
    assert text == with_table(text), "to write it anew, run `uv run python -m tests.readme`"
