"""Run every fault at every request of each command, and write the table of what held.

python -m tests.faults --write
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from tests.e2e.harness import Workshop, engine_client
from tests.faults.kinds import FAULTS
from tests.faults.scenarios import RED, SCENARIOS
from tests.faults.sweep import Case, Sweep, Verdict
from tests.faults.table import TABLE, document

POOL = "10.214.0.0/16"


def main() -> int:
    """Run the sweep and print its table; return 1 if something did not hold."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--parallel", type=int, default=2, help="how many worktrees are used at once")
    parser.add_argument("--write", action="store_true", help=f"write the table to {TABLE}")
    parser.add_argument("--scenario", action="append", choices=sorted(SCENARIOS), help="only this command; repeatable")
    parser.add_argument("--fault", action="append", choices=sorted(FAULTS), help="only this fault; repeatable")
    given = parser.parse_args()
    verdicts = list(_run(given.scenario or list(SCENARIOS), given.fault or list(FAULTS), given.parallel))
    text = document(verdicts)
    print(text)
    if given.write:
        TABLE.write_text(text, encoding="utf-8")
    return 1 if any(verdict.failures for verdict in verdicts) else 0


def _run(scenarios: list[str], faults: list[str], parallel: int) -> Iterator[Verdict]:
    client: Any = engine_client()
    with tempfile.TemporaryDirectory(prefix="wtc-faults-") as folder:
        base = Path(folder).resolve()
        workshop = Workshop(base, client)
        workshop.env["WTC_SUBNET_POOL"] = POOL
        workshop.commit(RED)
        sweeps: SimpleQueue[Sweep] = SimpleQueue()
        for number in range(parallel):
            sweeps.put(Sweep(workshop, workshop.worktree(f"w{number}"), base / f"{number}.sock"))

        def count(name: str) -> int:
            sweep = sweeps.get()
            try:
                return sweep.count(name)
            finally:
                sweeps.put(sweep)

        def run(case: Case) -> Verdict:
            sweep = sweeps.get()
            try:
                verdict = sweep.run(case)
            except Exception as error:  # noqa: BLE001 - the other cases still run
                verdict = Verdict(case=case, reached=True, failures=(f"{type(error).__name__}: {error}",))
            finally:
                sweeps.put(sweep)
            held = "held" if not verdict.failures else "FAILED"
            print(f"{held}: {case.scenario}, {case.fault} at {case.number}: {verdict.status}", file=sys.stderr)
            for failure in verdict.failures:
                print(f"    {verdict.request}: {failure}", file=sys.stderr)
            return verdict

        try:
            with ThreadPoolExecutor(parallel) as pool:
                counts = dict(zip(scenarios, pool.map(count, scenarios), strict=True))
                print(counts, file=sys.stderr)
                cases = [
                    Case(scenario=name, fault=fault, number=number)
                    for name in scenarios
                    for number in range(1, counts[name] + 1)
                    for fault in faults
                ]
                yield from pool.map(run, cases)
        finally:
            workshop.tear_down()


sys.exit(main())
