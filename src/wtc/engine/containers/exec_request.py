"""A command to run in a running container."""

from collections.abc import Mapping

from wtc.dataclass import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecRequest:
    """A command and its options. With `terminal` the engine allocates a terminal for it (`-t`).

    `environment` adds to that of the container; None removes a variable.
    """

    command: tuple[str, ...]
    environment: Mapping[str, str | None] = field(default_factory=dict[str, str | None], repr=False)
    user: str = ""
    working_dir: str = ""
    privileged: bool = False
    terminal: bool = False
    detached: bool = False
