"""The table of commands by faults. Pure."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from tests.faults.sweep import Verdict

TABLE = Path(__file__).resolve().parents[2] / ".context" / "reliability.md"
HEAD = """\
# Reliability

Every fault at every request of each command, on a real engine: `tests/run faults` runs the sweep and writes this table.
A cell is held/tried. A case holds if wtc ended in time with 0 (the fault was harmless), 1, 4 or 5, without a traceback;
the next `up` then reached its state with the same ports and the same volume, the `up` after it changed nothing, no port
was leased twice, and `clean` left nothing.
"""


def document(verdicts: Sequence[Verdict]) -> str:
    """Return the document with a row for each command and a column for each fault."""
    tried, held = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for verdict in verdicts:
        if verdict.reached:
            tried[verdict.case.scenario, verdict.case.fault] += 1
            held[verdict.case.scenario, verdict.case.fault] += not verdict.failures
    scenarios = list(dict.fromkeys(verdict.case.scenario for verdict in verdicts))
    faults = list(dict.fromkeys(verdict.case.fault for verdict in verdicts))
    rows = [
        ["command", *faults],
        ["---"] * (len(faults) + 1),
        *([f"`{name}`", *(f"{held[name, f]}/{tried[name, f]}" for f in faults)] for name in scenarios),
    ]
    total = f"{held.total()} of {tried.total()} cases held.\n"
    return "\n".join([HEAD, *(f"| {' | '.join(row)} |" for row in rows), "", total])
