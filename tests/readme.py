"""Writes README's table of commands from the catalog: `uv run python -m tests.readme`."""

from pathlib import Path

from wtc.cli.command_table import COMMANDS, GROUPS

README = Path(__file__).parent.parent / "README.md"
BEGIN = "<!-- commands: written by tests/readme.py -->\n"
END = "<!-- end of commands -->\n"


def table() -> str:
    """The table, a section after the other."""
    lines = ["| command | what it does |", "|---|---|"]
    for section in dict.fromkeys(entry.section for entry in COMMANDS):
        lines.append(f"| **{section}** | |")
        for entry in (e for e in COMMANDS if e.section == section):
            inner = [(f"{entry.name} {e.name}", e.summary) for e in GROUPS.get(entry.name, ())]
            lines += [f"| `wtc {name}` | {summary} |" for name, summary in inner or [(entry.name, entry.summary)]]
    return "\n".join(lines) + "\n"


def with_table(text: str) -> str:
    """README with the table as it should be."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


if __name__ == "__main__":
    README.write_text(with_table(README.read_text()))
