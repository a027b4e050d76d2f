"""Options of the whole test run."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """How much of what could go on for ever is done."""
    parser.addoption("--mutations", type=int, default=400, metavar="N", help="how many damaged compose files to load")
    parser.addoption("--corpus", default="", metavar="FOLDER", help="a folder of compose projects to damage, one each")
