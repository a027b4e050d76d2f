"""Which logs of a stack are read, and how long they are followed. Pure."""

from collections.abc import Callable

from wtc.dataclass import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class LogSource:
    """A container whose output is read."""

    id: str
    service: str
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LogWindow:
    """The part of each log to read. `since`, `until`: seconds since 1970; `tail`: number of existing lines."""

    wanted: Callable[[str, int], bool]
    """(service, replica) -> whether to read its log."""
    tail: int | None = None
    since: str = ""
    until: str = ""
    awaited: Callable[[str], bool] | None = None
    """service -> whether following lasts until its containers have ended; None: those whose log is read."""
    on_exit: Callable[[LogSource, int | None], None] | None = None
    """Called with the exit status when an awaited container ends; at the start, with None for one that does not run."""
    is_held: Callable[[], bool] | None = None
    """Whether following goes on although all containers have ended, because some are about to start."""
