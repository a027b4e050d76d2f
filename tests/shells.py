"""Shells that people and harnesses have, and that a machine need not have."""

import os
import shutil

import pytest


def having(shell: str) -> str:
    """The shell; without it the test is skipped, but in CI, where nothing may be."""
    if shutil.which(shell) is None:
        if os.environ.get("CI"):
            pytest.fail(f"{shell} is not installed")
        pytest.skip(f"{shell} is not installed")
    return shell
