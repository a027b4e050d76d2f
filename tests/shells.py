"""Programs that people and harnesses have, and that a machine need not have: shells, bubblewrap."""

import os
import shutil

import pytest


def having(program: str) -> str:
    """The program; without it the test is skipped, but in CI, where nothing may be."""
    if shutil.which(program) is None:
        if os.environ.get("CI"):
            pytest.fail(f"{program} is not installed")
        pytest.skip(f"{program} is not installed")
    return program
