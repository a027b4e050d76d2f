"""What is compared with what. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A command of wtc, and what people type in its place."""

    wtc: tuple[str, ...]
    compose: tuple[str, ...]

    @property
    def name(self) -> str:
        """The command as a table shows it."""
        return " ".join(self.wtc)


def _row(wtc: str, compose: str) -> Row:
    return Row(wtc=tuple(wtc.split()), compose=tuple(compose.split()))


LOOKING = (
    _row("up", "up -d"),
    _row("ps", "ps"),
    _row("ports", "port web 80"),
    _row("status", "ps"),
    _row("env", "config --environment"),
    _row("exec -T web true", "exec -T web true"),
    _row("config", "config"),
)
"""Commands that leave a running stack as it is."""
STARTS = (_row("up --no-wait", "up -d"), _row("up", "up -d --wait"))
"""Commands that start a stack from nothing."""
DOWN = _row("down", "down")
PS = _row("ps", "ps")
WORKTREE_COMMANDS = (("ps",), ("ps", "-s", "--json"), ("stats", "-a"), ("status",), ("ports",))
"""Commands whose time can depend on the number of worktrees."""
