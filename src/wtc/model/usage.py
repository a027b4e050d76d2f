"""What containers use of the engine's machine, and what they are going to."""

from dataclasses import dataclass

from wtc.model.namespace import Namespace


@dataclass(frozen=True, slots=True, kw_only=True)
class CpuTime:
    """What a container has used up of processors since it began, at one moment by its machine's clock."""

    read_s: float
    used_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One look at a container. Without a limit of its own the limit is 0, the machine's memory, or beyond any."""

    cpu: CpuTime
    memory_bytes: int
    """Its working set, as in Usage."""
    limit_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """A running container's use at one moment."""

    memory_bytes: int
    """Its working set: what it holds, without the file cache that the kernel would give up first."""
    limit_bytes: int = 0
    """What it may hold; 0 where it may hold all that there is."""
    cpu_percent: float | None = None
    """Of one processor, so that two busy ones are 200; None where it was looked at once only."""

    @property
    def memory_percent(self) -> float | None:
        """Of its limit; None where it has none."""
        return 100 * self.memory_bytes / self.limit_bytes if self.limit_bytes else None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningContainer:
    """One of wtc's containers that runs, as the engine's list tells it."""

    id: str
    name: str
    namespace: Namespace
    service: str
    number: int
    oneoff: bool = False
    cpus: float = 0.0
    """How many processors it may use, 0 where that is unknown or has no limit."""
    created_s: int = 0
    """Seconds since 1970."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """The engine's machine."""

    memory_bytes: int
    """0 where the engine does not tell."""
    cpus: int
    engine: str = ""
    """What the engine calls itself, whichever way one has come to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredContainer:
    """A running container with what it uses; None where it ended before it could be asked."""

    container: RunningContainer
    usage: Usage | None
