"""The statistics of the benchmark."""

from tests.benchmarks.__main__ import stack_rounds
from tests.benchmarks.samples import ratio, spread


def test_spread_is_the_median_with_the_quartiles() -> None:
    assert spread([5, 1, 2, 4, 3]) == (2, 3, 4)


def test_spread_of_one_run_is_that_run() -> None:
    assert spread([7]) == (7, 7, 7)


def test_ratio_is_that_of_the_medians_with_the_quartiles_of_the_rounds() -> None:
    assert ratio([1, 2, 3, 8, 10], [2, 2, 2, 4, 10]) == (1, 1.5, 1.5)


def test_large_stacks_take_fewer_rounds() -> None:
    assert [stack_rounds(services, 10) for services in (1, 3, 10, 30)] == [3, 10, 3, 3]
    assert [stack_rounds(services, 40) for services in (1, 3, 10, 30)] == [3, 40, 12, 4]
