"""The repositories of the tests of `setup`."""

from pathlib import Path

import pytest

from tests.orchestrator.repository import Pair


@pytest.fixture
def repository(tmp_path: Path) -> Pair:
    """A main worktree and a linked one, not yet made."""
    return Pair(tmp_path)
