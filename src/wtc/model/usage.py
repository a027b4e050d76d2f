"""The resources of the engine's machine that containers use, and may use."""

from wtc.dataclass import dataclass
from wtc.model.namespace import Namespace


@dataclass(frozen=True, slots=True, kw_only=True)
class CpuTime:
    """The processor time that a container has used since its start, with the machine's time of the sample."""

    read_s: float
    used_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One sample of a container. If it has no limit, the value is 0, the machine's memory, or more than that."""

    cpu: CpuTime
    memory_bytes: int
    """Its working set, as in Usage."""
    limit_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """The resources that a running container uses at one time."""

    memory_bytes: int
    """Its working set: its memory without the file cache that the kernel reclaims first."""
    limit_bytes: int = 0
    """Its limit; 0 if it may use all memory."""
    cpu_percent: float | None = None
    """Percent of one processor (two busy ones are 200); None after a single sample."""

    @property
    def memory_percent(self) -> float | None:
        """Percent of its limit; None if it has none."""
        return 100 * self.memory_bytes / self.limit_bytes if self.limit_bytes else None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningContainer:
    """A running container of wtc, as the engine lists it."""

    id: str
    name: str
    namespace: Namespace
    service: str
    number: int
    oneoff: bool = False
    cpus: float = 0.0
    """How many processors it may use; 0 if that is not known or has no limit."""
    created_s: int = 0
    """Seconds since 1970."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """The engine's machine."""

    memory_bytes: int
    """0 if the engine does not report it."""
    cpus: int
    engine: str = ""
    """The engine's id, the same for every address of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredContainer:
    """A running container with what it uses; None if it ended before the engine was asked."""

    container: RunningContainer
    usage: Usage | None
