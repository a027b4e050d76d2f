"""The namespace of a worktree's stack on the engine."""

from wtc.dataclass import dataclass, field
from wtc.model.identity import Identity


@dataclass(frozen=True, slots=True, kw_only=True)
class Namespace:
    """`name` (`accra-a1b2c3`) begins the name of everything that wtc creates for `worktree` (a real absolute path)."""

    name: str
    worktree: str
    identity: Identity = field(default_factory=Identity, compare=False, repr=False)
    """The proof that the stack belongs to this worktree."""
