"""A sample of the sweep, spread over commands and faults; `tests/run faults` runs all of it."""

from pathlib import Path

import pytest

from tests.e2e.harness import Workshop
from tests.faults.kinds import FAULTS
from tests.faults.scenarios import RED, SCENARIOS
from tests.faults.sweep import Case, Sweep
from tests.faults.table import format_table, parse_table

SAMPLE = [
    Case(scenario="up (first)", fault="kill -9", number=23),
    Case(scenario="up (again)", fault="cut after", number=8),
    Case(scenario="up (changed)", fault="cut after", number=26),
    Case(scenario="up --recreate", fault="500", number=18),
    Case(scenario="up (unhealthy)", fault="half an answer", number=12),
    Case(scenario="down", fault="409", number=9),
    Case(scenario="clean", fault="404", number=18),
    Case(scenario="run --rm", fault="cut before", number=18),
    Case(scenario="exec", fault="no answer", number=3),
    Case(scenario="restart", fault="garbage", number=7),
    Case(scenario="logs -f", fault="delay", number=6),
]


@pytest.mark.engine
@pytest.mark.parametrize("case", SAMPLE, ids=lambda case: f"{case.scenario}-{case.fault}")
def test_stack_recovers_from_a_fault(workshop: Workshop, tmp_path_factory: pytest.TempPathFactory, case: Case) -> None:
    workshop.commit(RED)
    # A socket's path has to be short.
    socket = tmp_path_factory.mktemp("s") / "s"
    verdict = Sweep(workshop, workshop.worktree("w"), Path(socket)).run(case)
    assert verdict.reached
    assert verdict.failures == ()


def test_sample_has_each_command_and_each_fault() -> None:
    assert [case.scenario for case in SAMPLE] == list(SCENARIOS)
    assert {case.fault for case in SAMPLE} == set(FAULTS)


def test_table_is_read_as_it_was_written() -> None:
    rows = {name: tuple(f"{column}/{column + 1}" for column in range(len(FAULTS))) for name in SCENARIOS}
    text = format_table(rows)
    assert parse_table(text) == rows
    assert text.splitlines()[-1] == "495 of 605 cases held."
