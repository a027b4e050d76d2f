"""Long and endless answers whose reader closes them early, on a real stack."""

import subprocess
import sys

import pytest

from tests.e2e.harness import DEADLINE_S, Workshop, one_service

pytestmark = pytest.mark.engine


def shell(workshop: Workshop, line: str) -> "subprocess.CompletedProcess[str]":
    program = f'set -o pipefail; wtc() {{ "{sys.executable}" -m wtc "$@"; }}; {line}'
    return subprocess.run(
        ["bash", "-c", program],
        cwd=workshop.main,
        env=workshop.env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=DEADLINE_S,
    )


def test_who_reads_one_line_gets_it_and_no_complaint(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": one_service(command="sh -c 'while echo line; do sleep 0.1; done'")})
    workshop.up()
    for line in ("logs", "logs -f", "exec -T web yes line", "ps", "ps --json", "stats --watch"):
        done = shell(workshop, f"wtc {line} | head -1")
        assert (done.returncode, len(done.stdout.splitlines()), done.stderr) == (0, 1, ""), line


def test_output_that_cannot_be_written_is_an_error(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": one_service(command="sh -c 'while echo line; do sleep 0.1; done'")})
    workshop.up()
    for line in ("logs -f", "exec -T web yes line", "ps", "ps --json"):
        done = shell(workshop, f"wtc {line} >/dev/full")
        reported = "error: the output could not be written\ncaused by: no space left on device\n"
        assert (done.returncode, done.stderr) == (1, reported), line
