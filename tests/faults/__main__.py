"""Run every fault at every request of each command, and write the table of what held.

python -m tests.faults --write
"""

import argparse
import signal
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from tests.e2e.harness import Workshop, engine_client
from tests.faults.kinds import FAULTS
from tests.faults.scenarios import RED, SCENARIOS
from tests.faults.sweep import Case, Sweep, Verdict
from tests.faults.table import format_table, parse_table, table_row

POOL = "10.214.0.0/16"
TABLE = Path(__file__).resolve().parents[2] / ".context" / "reliability.md"


def main() -> int:
    """Run the sweep, and print what did not hold; return 1 if there is any."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--parallel", type=int, default=3, help="how many worktrees are used at once")
    parser.add_argument("--write", action="store_true", help=f"write the rows of the commands to {TABLE.name}")
    parser.add_argument("--scenario", action="append", choices=list(SCENARIOS), help="only this command; repeatable")
    parser.add_argument("--fault", action="append", choices=list(FAULTS), help="only this fault; repeatable")
    given = parser.parse_args()
    # What is up has to be removed.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    failed = False
    client: Any = engine_client()
    with tempfile.TemporaryDirectory(prefix="wtc-faults-") as folder:
        sweeps = _Sweeps(Workshop(Path(folder).resolve(), client), given.parallel)
        try:
            for name in given.scenario or SCENARIOS:
                verdicts = sweeps.run(name, given.fault or list(FAULTS))
                failed = failed or any(verdict.failures for verdict in verdicts)
                row = table_row(verdicts)
                print(f"{name}: {', '.join(map(' '.join, zip(FAULTS, row, strict=True)))}", flush=True)
                if given.write and not given.fault:
                    written = parse_table(TABLE.read_text(encoding="utf-8")) if TABLE.exists() else {}
                    rows = {**written, name: row}
                    text = format_table({known: rows[known] for known in SCENARIOS if known in rows})
                    TABLE.write_text(text, encoding="utf-8")
        finally:
            sweeps.tear_down()
    return 1 if failed else 0


class _Sweeps:
    """Several worktrees, each of which runs one case at a time."""

    def __init__(self, workshop: Workshop, parallel: int) -> None:
        workshop.env["WTC_SUBNET_POOL"] = POOL
        workshop.commit(RED)
        self._workshop, self._parallel = workshop, parallel
        self._idle: SimpleQueue[Sweep] = SimpleQueue()
        for number in range(parallel):
            self._idle.put(Sweep(workshop, workshop.worktree(f"w{number}"), workshop.base / f"{number}.sock"))

    def run(self, name: str, faults: list[str]) -> list[Verdict]:
        """Run the cases of one scenario."""
        first = self._idle.get()
        try:
            count = first.count(name)
        finally:
            self._idle.put(first)
        # Those of one fault in a row would wait for its deadlines at the same time.
        cases = [Case(scenario=name, fault=fault, number=n) for n in range(1, count + 1) for fault in faults]
        with ThreadPoolExecutor(self._parallel) as pool:
            try:
                return list(pool.map(self._run, cases))
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise

    def tear_down(self) -> None:
        """Remove all that is left up."""
        self._workshop.tear_down()

    def _run(self, case: Case) -> Verdict:
        sweep = self._idle.get()
        try:
            verdict = sweep.run(case)
        except Exception as error:  # noqa: BLE001 - the other cases still run
            verdict = Verdict(case=case, reached=True, failures=(f"{type(error).__name__}: {error}",))
        finally:
            self._idle.put(sweep)
        for failure in verdict.failures:
            where = f"{case.scenario}, {case.fault} at {case.number} ({verdict.request})"
            print(f"failed: {where}: {failure}", file=sys.stderr, flush=True)
        return verdict


if __name__ == "__main__":
    sys.exit(main())
