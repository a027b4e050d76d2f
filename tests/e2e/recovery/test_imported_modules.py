"""What the commands import that ask the engine: each costs processor time at every call."""

import json
import subprocess
import sys

import pytest

from tests.cli.test_startup import HEAVY, SHOW, UNWANTED
from tests.e2e.harness import QUICK, Workshop

pytestmark = pytest.mark.engine

FILE = f"""\
services:
  web:
    {QUICK}
    command: sleep 1000
    ports: ["80"]
"""
LIMITS = [
    ("up --no-wait", "yaml", 285),
    ("up", "yaml", 295),
    ("up", "", 106),
    ("ps", "", 90),
    ("ports", "", 85),
    ("status", "yaml", 230),
    ("status", "", 107),
    ("env", "yaml", 215),
    ("env", "", 86),
    ("config", "yaml", 106),
    ("exec -T web true", "", 107),
    ("down", "", 158),
]
"""A command, in the order of a day; the heavy module that it needs; the most modules of `wtc` that it may import."""


def test_command_imports_no_more_modules_than_it_needs(workshop: Workshop) -> None:
    folder = workshop.folder("app", {"compose.yaml": FILE})
    over: list[tuple[str, int]] = []
    for line, needed, limit in LIMITS:
        done = subprocess.run(
            [sys.executable, "-c", SHOW, *line.split()],
            cwd=folder, env=workshop.env, capture_output=True, text=True, check=True, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        status, names = json.loads(done.stderr.rpartition("\n")[2])
        assert status == 0, done.stderr
        assert set(names) & (HEAVY | UNWANTED | {"socket"}) <= {needed}, line
        own = sum(name.startswith("wtc.") for name in names)
        if own > limit:
            over.append((line, own))
    assert over == []
