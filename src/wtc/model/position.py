"""The position of a value in the user's files."""

from wtc.static_typing import NamedTuple, TypeAlias

Path: TypeAlias = tuple[str | int, ...]
"""The path of a value in a document: `("services", "web", "ports", 0)`."""


class Position(NamedTuple):
    """A position in a text; lines and columns start at 1."""

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
