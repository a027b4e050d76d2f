"""The bytes of a pull or a copy as text. Pure."""

from collections.abc import Iterable

LEAST = 50_000
"""Fewer bytes round to nothing."""


def byte_counts_text(counts: Iterable[tuple[int, int]]) -> str:
    """Return `12.5 MB of 80.0 MB` for (received, total) of each part.

    Without the total if it is unknown; empty if there is neither a total nor a tenth of a megabyte.
    """
    pairs = list(counts)
    current, total = (sum(pair[i] for pair in pairs) for i in (0, 1))
    if not total and current < LEAST:
        return ""
    return f"{_megabytes(current)} of {_megabytes(total)}" if total else _megabytes(current)


def _megabytes(count: int) -> str:
    return f"{count / 1_000_000:.1f} MB"
