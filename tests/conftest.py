"""Options of the whole test run."""

import signal

import pytest
from hypothesis import HealthCheck, settings

# How long an example takes is the machine's affair.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


def _heed_signals() -> None:
    """Whoever started the tests in the background may have them ignore what `wtc` is then to be stopped by."""
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)


_heed_signals()


def pytest_addoption(parser: pytest.Parser) -> None:
    """How much of what could go on for ever is done."""
    parser.addoption("--mutations", type=int, default=400, metavar="N", help="how many damaged compose files to load")
    parser.addoption("--corpus", default="", metavar="FOLDER", help="a folder of compose projects to damage, one each")
