"""Options and order of the whole test run."""

import os
import signal

import pytest
from hypothesis import HealthCheck, settings

from tests.worker_blocks import in_blocks

# How long an example takes is the machine's affair.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


def _heed_signals() -> None:
    """Handle the signals that stop `wtc`, which a process in the background may have inherited as ignored."""
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)


_heed_signals()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options that set how much of an endless test is done."""
    parser.addoption("--mutations", type=int, default=400, metavar="N", help="how many damaged compose files to load")
    parser.addoption("--corpus", default="", metavar="FOLDER", help="a folder of compose projects to damage, one each")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Beside other workers, start with the tests that take longest, and end with those that need no engine."""
    if workers := int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "0")):
        items[:] = in_blocks(items, workers, _rank)


def _rank(item: pytest.Item) -> int:
    if item.get_closest_marker("slow"):
        return 0
    return 1 if item.get_closest_marker("engine") else 2
