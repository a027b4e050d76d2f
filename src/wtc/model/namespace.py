"""The name under which a worktree's stack lives on the engine."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Namespace:
    """`name` (`accra-a1b2c3`) begins the name of everything that wtc makes for `worktree` (a real absolute path)."""

    name: str
    worktree: str
