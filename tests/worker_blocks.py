"""The order of the tests for pytest-xdist's `worksteal`, which gives each worker one block of neighbours."""

from collections.abc import Callable, Sequence
from itertools import islice
from typing import TypeVar

T = TypeVar("T")


def in_blocks(items: Sequence[T], workers: int, rank: Callable[[T], int]) -> list[T]:
    """Return the items so that the block of each worker has its share of each rank, in the order of the ranks.

    Items of a rank stay neighbours, as fixtures of their module need it; those of the first rank are dealt one by one.
    At the end of the run, all workers have items of the last rank left, which they can take from each other.
    """
    ranked: dict[int, list[T]] = {}
    for item in items:
        ranked.setdefault(rank(item), []).append(item)
    first, *others = [ranked[one] for one in sorted(ranked)] or [[]]
    blocks = [first[worker::workers] for worker in range(workers)]
    for same in others[:-1]:
        for worker, share in enumerate(_shares(len(same), workers)):
            blocks[worker] += same[share]
    rest = iter(others[-1] if others else [])
    for block, share in zip(blocks, _shares(len(items), workers), strict=True):
        block.extend(islice(rest, max(0, share.stop - share.start - len(block))))
    return [item for block in blocks for item in block] + list(rest)


def _shares(count: int, workers: int) -> list[slice]:
    """Divide like `worksteal`: each worker gets an equal part of what is left."""
    shares: list[slice] = []
    start = 0
    for left in range(workers, 0, -1):
        end = start + (count - start) // left
        shares.append(slice(start, end))
        start = end
    return shares
