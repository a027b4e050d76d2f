"""The records that the registry keeps of stacks. Pure."""

from collections.abc import Mapping
from enum import StrEnum

from wtc.dataclass import dataclass, field, replace
from wtc.errors import RegistryError
from wtc.model.namespace import Namespace
from wtc.model.ports import PortId


class Status(StrEnum):
    """The last command on a stack; only the engine knows whether it runs."""

    REGISTERED = "registered"
    UP = "up"
    DOWN = "down"


@dataclass(frozen=True, slots=True, kw_only=True)
class StackRecord:
    """One stack: a project folder of a worktree. Names are the engine's."""

    namespace: str
    worktree: str
    """Absolute path, where the worktree was last seen."""
    id: str = ""
    """The worktree's random id; empty if its path is its identity."""
    directory: str = ""
    """Real path of the project folder; empty if it is not known."""
    project: str = ""
    """The compose project's own name."""
    network: str = ""
    volumes: tuple[str, ...] = ()
    ports: Mapping[PortId, int] = field(default_factory=dict[PortId, int])
    """Port -> leased host port."""
    addresses: Mapping[PortId, str] = field(default_factory=dict[PortId, str])
    """Port -> address to publish on; the setting's if the port is missing."""
    fixed: Mapping[PortId, int] = field(default_factory=dict[PortId, int])
    """Port -> the host port that is published in place of the lease; of services that run."""
    status: Status = Status.REGISTERED

    def host_ports(self) -> dict[PortId, int]:
        """Return port -> the host port that is published, else the leased one."""
        return {**self.ports, **self.fixed}


@dataclass(slots=True, kw_only=True)
class StackRecords:
    """The registry in memory, to read or to change."""

    stacks: dict[str, StackRecord] = field(default_factory=dict[str, StackRecord])
    """Namespace -> stack."""
    warnings: tuple[str, ...] = ()
    """What was damaged in the file, and the path of its copy."""
    refusal: RegistryError | None = None
    """Why the file cannot be used; a transaction raises it. `stacks` is empty then."""

    def put(self, record: StackRecord) -> None:
        """Enter the stack, in place of an earlier one of its namespace."""
        self.stacks[record.namespace] = record

    def drop(self, namespace: str) -> None:
        """Remove the stack and free its leases; do nothing if it is missing."""
        self.stacks.pop(namespace, None)

    def record_for(self, namespace: Namespace) -> StackRecord:
        """Return the stack's record, a new one if it is missing, with the worktree as it is now."""
        record = self.stacks.get(namespace.name) or StackRecord(namespace=namespace.name, worktree=namespace.worktree)
        identity = namespace.identity
        return replace(
            record,
            worktree=namespace.worktree,
            id=identity.id or record.id,
            directory=identity.directory or record.directory,
        )

    def of_worktree(self, worktree: str) -> tuple[StackRecord, ...]:
        """Return the stacks recorded at this path, by namespace; former ones are among them."""
        found = (record for record in self.stacks.values() if record.worktree == worktree)
        return tuple(sorted(found, key=lambda record: record.namespace))

    def namespaces(self) -> dict[str, str]:
        """Return namespace -> path of its worktree."""
        return {name: record.worktree for name, record in self.stacks.items()}

    def leased_to_others(self, namespace: str) -> frozenset[int]:
        """Return the host ports that are leased to every other stack."""
        return frozenset(
            port for name, record in self.stacks.items() if name != namespace for port in record.ports.values()
        )

    def adopt(
        self, namespace: Namespace, ports: Mapping[PortId, int], addresses: Mapping[PortId, str] | None = None
    ) -> StackRecord:
        """Enter the ports that the stack's containers publish: they replace its leases, and those of other stacks."""
        published = set(ports.values())
        for name, other in self.stacks.items():
            if name != namespace.name and published & set(other.ports.values()):
                left = {port: number for port, number in other.ports.items() if number not in published}
                self.stacks[name] = replace(other, ports=left)
        record = self.record_for(namespace)
        # Keep a lease that no container publishes, unless another port is published with its number.
        kept = {port: number for port, number in record.ports.items() if number not in published}
        adopted = replace(record, ports={**kept, **ports}, addresses={**record.addresses, **(addresses or {})})
        self.put(adopted)
        return adopted
