"""README lists the commands as the program does."""

from tests.readme import README, with_table


def test_readme_table_matches_the_command_table() -> None:
    text = README.read_text()
    assert text == with_table(text), "to update it, run `uv run python -m tests.readme`"
