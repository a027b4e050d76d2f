"""The colours of a container's state and health in tables. Pure."""

from wtc.cli.terminal.style import DIM, GREEN, RED, YELLOW

_COLOURS = {
    "running": GREEN,
    "healthy": GREEN,
    "starting": YELLOW,
    "restarting": YELLOW,
    "paused": YELLOW,
    "removing": YELLOW,
    "created": DIM,
    "absent": DIM,
    "exited": DIM,
    "unhealthy": RED,
    "dead": RED,
}


def state_colour(word: str) -> str:
    """Return the SGR code of a word of a state, such as `running`, `healthy,` or `(1)`; empty for another word."""
    if word.startswith("("):
        return DIM if word.startswith("(0") else RED
    return _COLOURS.get(word.partition("(")[0].rstrip(","), "")
