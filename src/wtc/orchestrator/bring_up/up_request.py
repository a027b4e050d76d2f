"""What `up` is asked for, and what it returns."""

from collections.abc import Mapping

from wtc.dataclass import dataclass, field
from wtc.model.up_options import UpOptions
from wtc.orchestrator.session.adopt import Adoption
from wtc.static_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wtc.model.diagnostic import Diagnostic
    from wtc.model.namespace import Namespace
    from wtc.model.plan import Plan
    from wtc.model.ports import Endpoint, HostPort


@dataclass(frozen=True, slots=True, kw_only=True)
class UpRequest:
    """The options of `up`."""

    services: tuple[str, ...] = ()
    scales: Mapping[str, int] = field(default_factory=dict[str, int])
    watched: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    """Option of `--foreground` -> the services that it names."""
    options: UpOptions = field(default_factory=UpOptions)
    fixed_ports: bool = False
    adoption: Adoption = field(default_factory=Adoption)
    data_from: str = ""
    """The stack whose data is copied into volumes that do not exist yet: see `DataFrom`."""
    mem_limit: str = ""
    """The memory limit of services that set none, such as `512m`; empty uses the settings."""
    oversubscribe: bool = False
    """Start even if the engine's machine does not have enough memory."""
    strict: bool = False
    dry_run: bool = False

    @property
    def is_whole_stack(self) -> bool:
        """Whether all services come up as the file describes them, in the stack that the worktree has."""
        return not (self.services or self.scales or self.adoption.wanted)


@dataclass(frozen=True, slots=True, kw_only=True)
class UpResult:
    """The result of `up`. `plans` are those that were executed, or in a dry run would be."""

    namespace: "Namespace"
    endpoints: "tuple[Endpoint, ...]"
    plans: "tuple[Plan, ...]"
    replicas: tuple[tuple[str, int], ...] = ()
    """Service and number of the started containers, in dependency order."""
    host_ports: "tuple[HostPort, ...]" = ()
    """The ports of processes on the host (`x-wtc.ports`), by name."""
    started: frozenset[tuple[str, int]] = frozenset()
    """Service and number of those that did not run before."""
    unattached: frozenset[str] = frozenset()
    """The services whose output `--foreground` does not show, because the file has `attach: false`."""
    warnings: "tuple[Diagnostic, ...]" = ()
    """The warnings that were reported, in their order."""

    @property
    def changed(self) -> bool:
        """Whether anything was changed."""
        return any(self.plans)
