"""The bytes of a pull or a copy as text. Pure."""

from collections.abc import Iterable


def byte_counts_text(counts: Iterable[tuple[int, int]]) -> str:
    """Return `12.5 MB of 80.0 MB` for (received, total) of each part; without the total if it is unknown."""
    pairs = list(counts)
    current, total = (sum(pair[i] for pair in pairs) for i in (0, 1))
    return f"{_megabytes(current)} of {_megabytes(total)}" if total else _megabytes(current)


def _megabytes(count: int) -> str:
    return f"{count / 1_000_000:.1f} MB"
