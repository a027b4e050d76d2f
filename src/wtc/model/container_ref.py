"""How an operation names its container."""

from wtc.dataclass import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerRef:
    """A container that exists (`id`), or that an earlier node creates (`id` empty: by name)."""

    name: str
    id: str = ""

    @property
    def key(self) -> str:
        """The id or name to use in engine calls."""
        return self.id or self.name
