"""Which steps of a build, and which of their states, are printed."""

import re

SILENT_STATES = frozenset({"started", "done"})
"""States of a step that its place in the output shows."""
# Source: moby/buildkit, frontend/dockerfile/builder: `[internal] load build definition`, `[NAME internal] ...`.
_INTERNAL = re.compile(r"\[(?:\S+ )?internal\]")


def is_internal_step(name: str) -> bool:
    """Return whether BuildKit runs the step for itself, and no line of the Dockerfile is its cause."""
    return _INTERNAL.match(name) is not None
