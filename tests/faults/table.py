"""The table of commands by faults, in `.context/reliability.md`. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence

from tests.faults.kinds import FAULTS
from tests.faults.sweep import Verdict

Row = tuple[str, ...]
"""A cell for each fault, `held/tried`."""
HEAD = """\
# Reliability

Every fault at every request of each command, on a real engine: `tests/run faults` runs the sweep and writes this table.
A cell is held/tried. A case holds if wtc ended in time with 0 (the fault was harmless), 1, 4 or 5, without a traceback;
the next `up` then reached its state with the same ports and the same volume, no port was leased twice, and, after a
fault at a request that changes something and after each kill, `clean` left nothing.
"""


def table_row(verdicts: Sequence[Verdict]) -> Row:
    """Return the row of a command for the verdicts of all its cases."""
    tried = Counter(verdict.case.fault for verdict in verdicts if verdict.reached)
    held = Counter(verdict.case.fault for verdict in verdicts if verdict.reached and not verdict.failures)
    return tuple(f"{held[fault]}/{tried[fault]}" for fault in FAULTS)


def format_table(rows: Mapping[str, Row]) -> str:
    """Return the document with a row for each command."""
    pairs = [cell.split("/") for row in rows.values() for cell in row]
    total = f"{sum(int(held) for held, _ in pairs)} of {sum(int(tried) for _, tried in pairs)} cases held."
    lines = [
        ("command", *FAULTS),
        ("---",) * (len(FAULTS) + 1),
        *((f"`{name}`", *row) for name, row in rows.items()),
    ]
    return "\n".join([HEAD, *(f"| {' | '.join(line)} |" for line in lines), "", f"{total}\n"])


def parse_table(text: str) -> dict[str, Row]:
    """Return the rows of a document: command -> cells."""
    rows = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| `")]
    return {name.strip("`"): tuple(cells) for name, *cells in rows if len(cells) == len(FAULTS)}
