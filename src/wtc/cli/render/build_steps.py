"""Which steps of a build, and which of their states, are printed."""

import re

SILENT_STATES = frozenset({"started", "done"})
"""States of a step that its place in the output shows."""
# Source: moby/buildkit, frontend/dockerui/context.go: `[internal] load build definition`, `[NAME internal] ...`, and
# the copy of a context that was sent as a tar. `context` is wtc's own name for sending it.
_INTERNAL = r"\[(?:\S+ )?internal\]|copy /context /$|context$"


def is_internal_step(name: str) -> bool:
    """Return whether the step serves the build itself, and no line of the Dockerfile is its cause."""
    return re.match(_INTERNAL, name) is not None
