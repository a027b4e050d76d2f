"""A use of a variable in a compose file."""

from wtc.dataclass import dataclass, field
from wtc.model.position import Path, Position


@dataclass(frozen=True, slots=True, kw_only=True)
class VariableUse:
    """A use of a variable in a value.

    `path` is that of the value in the compose file, for an env file of a service that of its entry, and empty for the
    project's own env files.
    """

    name: str
    path: Path
    position: Position | None = None
    address: str = ""
    """The address of the host directly before it: `localhost`."""
    before: str = field(default="", repr=False)
    """The end of the text before it, variables replaced."""
