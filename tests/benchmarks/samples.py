"""What runs of a command took, and the statistics of it. Pure."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One run of a command."""

    wall_s: float
    cpu_s: float
    """User and system time of the command and of its children."""
    peak_bytes: int
    """Peak resident memory of its largest process."""


Samples = Mapping[str, Sequence[Sample]]
"""Contestant -> its runs in order, those of one index from the same round."""


class Spread(NamedTuple):
    """A median with its quartiles."""

    low: float
    median: float
    high: float


def spread(values: Sequence[float]) -> Spread:
    """The median and the quartiles of at least one value."""
    if len(values) == 1:
        return Spread(values[0], values[0], values[0])
    low, median, high = statistics.quantiles(values, n=4, method="inclusive")
    return Spread(low, median, high)


def ratio(values: Sequence[float], others: Sequence[float]) -> Spread:
    """The ratio of the medians, with the quartiles of the ratios of each round."""
    low, _, high = spread([a / b for a, b in zip(values, others, strict=True)])
    return Spread(low, statistics.median(values) / statistics.median(others), high)
