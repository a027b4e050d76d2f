"""Where a value stands in the user's files."""

from typing import NamedTuple, TypeAlias

Path: TypeAlias = tuple[str | int, ...]
"""A value's place in a document: `("services", "web", "ports", 0)`."""


class Position(NamedTuple):
    """A place in a text, counted from 1 as editors count."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


def dotted(path: Path) -> str:
    """`("services", "web", "ports", 0)` -> `services.web.ports[0]`."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text
