"""Compare wtc with `docker compose` and with the bare engine calls, and write `.context/performance.md`."""

import argparse
import datetime as dt
import signal
import sys
from collections.abc import Sequence
from typing import NoReturn

from tests.benchmarks.measure import Launcher
from tests.benchmarks.programs import ROOT, describe_machine, find_programs
from tests.benchmarks.stages import Bench, Compared, Grown
from tests.benchmarks.tables import document
from tests.e2e.harness import engine_client

PERFORMANCE = ROOT / ".context" / "performance.md"
LEAST_ROUNDS = 3
PARTS = ("plain", "built", "lifecycle", "worktrees")


def main(arguments: Sequence[str]) -> None:
    """Measure, and print or write the tables."""
    options = _options(arguments)
    # On both signals the stacks are removed.
    signal.signal(signal.SIGTERM, _interrupt)
    programs = find_programs()
    client = engine_client()
    facts = {"date": dt.datetime.now(dt.UTC).date().isoformat(), **describe_machine(programs, client)}
    client.close()
    compared: list[Compared] = []
    services: list[Grown] = []
    worktrees: list[Grown] = []
    with Launcher() as launcher:
        bench = Bench(launcher=launcher, programs=programs)
        for part in options.parts:
            match part:
                case "plain":
                    compared += bench.plain(options.rounds)
                case "built":
                    compared += bench.built(options.rounds)
                case "lifecycle":
                    for size in options.services:
                        rows, grown = bench.lifecycle(size, stack_rounds(size, options.stack_rounds))
                        compared, services = [*compared, *rows], [*services, *grown]
                case _:
                    rows, worktrees = bench.worktrees(options.worktrees, options.rounds)
                    compared += rows
    text = document(facts, compared, services, worktrees)
    if options.write:
        PERFORMANCE.write_text(text, encoding="utf-8")
    else:
        print(text, end="")


def stack_rounds(services: int, at_three: int) -> int:
    """How often a stack goes up and down: the more services, the fewer times; fewer than three only show growth."""
    return max(LEAST_ROUNDS, at_three * 3 // services if services >= 3 else 0)


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--write", action="store_true", help=f"write {PERFORMANCE.relative_to(ROOT)}")
    parser.add_argument("--parts", type=_parts, default=PARTS, metavar="PART,...", help=f"some of {', '.join(PARTS)}")
    parser.add_argument("--rounds", type=int, default=20, metavar="N", help="rounds of a command on a running stack")
    parser.add_argument(
        "--stack-rounds", type=int, default=20, metavar="N", help="rounds of `up` and `down` of few services"
    )
    parser.add_argument("--services", type=_sizes, default=(1, 3, 10, 30), metavar="N,...", help="sizes of stacks")
    parser.add_argument("--worktrees", type=_sizes, default=(1, 5, 20), metavar="N,...", help="numbers of worktrees")
    return parser.parse_args(arguments)


def _parts(text: str) -> tuple[str, ...]:
    parts = tuple(text.split(","))
    if unknown := set(parts) - set(PARTS):
        raise argparse.ArgumentTypeError(f"`{unknown.pop()}` is not one of {', '.join(PARTS)}")
    return parts


def _sizes(text: str) -> tuple[int, ...]:
    return tuple(sorted({int(size) for size in text.split(",")}))


def _interrupt(*_: object) -> NoReturn:
    raise KeyboardInterrupt


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit(130)
