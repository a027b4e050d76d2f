"""The text of the benchmark's document."""

from collections.abc import Sequence

from tests.benchmarks.commands import Row
from tests.benchmarks.samples import Sample
from tests.benchmarks.stages import Compared, Grown
from tests.benchmarks.tables import document, growth, table


def _samples(*wall_s: float) -> Sequence[Sample]:
    return [Sample(wall_s=wall, cpu_s=wall / 2, peak_bytes=30 << 20) for wall in wall_s]


COMPARED = Compared(
    row=Row(wtc=("up",), compose=("up", "-d")),
    project="3 services",
    samples={
        "wtc": _samples(0.05, 0.06, 0.07),
        "compose": _samples(0.1, 0.12, 0.14),
        "floor": _samples(0.02, 0.02, 0.02),
    },
)


def test_document_has_times_with_spread_and_ratios() -> None:
    text = document({"engine": "28.5.2"}, [COMPARED], [], [])
    assert "| engine | 28.5.2 |\n" in text
    assert (
        "| 3 services | `up` | `up -d` | 60.0 (55.0-65.0) | 120 (110-130) |  | 20.0 | **0.50 (0.50-0.50)**"
        " | 3.00 (2.75-3.25) |\n"
    ) in text
    assert "| 3 services | `up` | `up -d` | 30.0 (30.0-30.0) | 30.0 (30.0-30.0) |  | 30.0 | **1.00" in text


def test_document_leaves_out_what_was_not_measured() -> None:
    assert [line for line in document({}, [COMPARED], [], []).splitlines() if line.startswith("#")] == [
        "# Performance",
        "## Time",
        "## Processor time of the client",
        "## Peak memory of the client",
    ]


def test_growth_has_a_column_for_each_size() -> None:
    rows = [
        Grown(command="ps", size=1, calls=4, wall_s=0.2),
        Grown(command="ps", size=5, calls=4, wall_s=0.21),
        Grown(command="down", size=5, calls=30, wall_s=1),
    ]
    assert growth(rows, "worktree") == (
        "| command | calls, 1 worktree | calls, 5 worktrees | ms, 1 | ms, 5 |\n"
        "|---|---|---|---|---|\n"
        "| `ps` | 4 | 4 | 200 | 210 |\n"
        "| `down` |  | 30 |  | 1000 |\n"
    )


def test_table_without_lines_is_empty() -> None:
    assert table(("a", "b"), []) == ""
