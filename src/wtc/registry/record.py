"""What the registry keeps of each stack, and its form on disk. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TypeGuard, cast

VERSION = 1


class Status(StrEnum):
    """What was last done with a stack; whether it runs, only the engine knows."""

    REGISTERED = "registered"
    UP = "up"
    DOWN = "down"


@dataclass(frozen=True, slots=True, kw_only=True)
class StackRecord:
    """One worktree's stack. Names are the engine's."""

    worktree: str
    namespace: str
    project: str = ""
    """The compose project's own name."""
    network: str = ""
    volumes: tuple[str, ...] = ()
    ports: Mapping[str, int] = field(default_factory=dict[str, int])
    """Request key (`web/80/tcp`) -> leased host port."""
    addresses: Mapping[str, str] = field(default_factory=dict[str, str])
    """Request key -> address to publish on; one that is missing is what the setting says."""
    fixed: Mapping[str, int] = field(default_factory=dict[str, int])
    """Request key -> the host port that is published in place of the lease; of services that run."""
    status: str = Status.REGISTERED

    def host_ports(self) -> dict[str, int]:
        """Request key -> the host port that is published, else the leased one."""
        return {**self.ports, **self.fixed}


class DamagedError(ValueError):
    """The text is not a registry that this version can read; the message says why."""


@dataclass(slots=True, kw_only=True)
class Ledger:
    """The registry while it is looked at or changed: worktree -> its stack."""

    stacks: dict[str, StackRecord] = field(default_factory=dict[str, StackRecord])
    warnings: tuple[str, ...] = ()
    """What was wrong with the file, and where it went."""

    def put(self, record: StackRecord) -> None:
        """Enters the stack in place of what its worktree had."""
        self.stacks[record.worktree] = record

    def drop(self, worktree: str) -> None:
        """Forgets the stack and frees its leases; one that is not there is no loss."""
        self.stacks.pop(worktree, None)

    def namespaces(self) -> dict[str, str]:
        """Namespace -> the worktree that has it."""
        return {record.namespace: record.worktree for record in self.stacks.values()}

    def leased_to_others(self, worktree: str) -> frozenset[int]:
        """The ports that are leased to every other worktree."""
        return frozenset(
            port for record in self.stacks.values() if record.worktree != worktree for port in record.ports.values()
        )

    def adopt(
        self, worktree: str, namespace: str, ports: Mapping[str, int], addresses: Mapping[str, str] | None = None
    ) -> StackRecord:
        """Enters what the engine's labels show: it is right where it differs from the file, other leases included."""
        there = set(ports.values())
        for path, record in self.stacks.items():
            if path != worktree and there & set(record.ports.values()):
                left = {key: port for key, port in record.ports.items() if port not in there}
                self.stacks[path] = replace(record, ports=left)
        record = self.stacks.get(worktree) or StackRecord(worktree=worktree, namespace=namespace)
        # A lease of a key that is not seen stays, unless its port is seen at work under another key.
        kept = {key: port for key, port in record.ports.items() if port not in there}
        self.stacks[worktree] = replace(
            record,
            namespace=namespace,
            ports={**kept, **ports},
            addresses={**record.addresses, **(addresses or {})},
        )
        return self.stacks[worktree]


def encode(stacks: Mapping[str, StackRecord]) -> bytes:
    """The stacks as the file has them, so that equal stacks give equal bytes."""
    document = {
        "version": VERSION,
        "worktrees": {
            worktree: {
                "namespace": record.namespace,
                "project": record.project,
                "network": record.network,
                "volumes": list(record.volumes),
                "ports": dict(sorted(record.ports.items())),
                "addresses": dict(sorted(record.addresses.items())),
                **({"fixed": dict(sorted(record.fixed.items()))} if record.fixed else {}),
                "status": str(record.status),
            }
            for worktree, record in sorted(stacks.items())
        },
    }
    return (json.dumps(document, indent=2) + "\n").encode()


def decode(content: bytes) -> dict[str, StackRecord]:
    """The stacks in a file's content: worktree -> its stack.

    Raises:
        DamagedError: it is no registry, or one of a newer wtc.
    """
    try:
        document: object = json.loads(content)
    except RecursionError:
        raise DamagedError("it is nested too deeply") from None
    except ValueError as error:
        raise DamagedError(f"it is not JSON: {error}") from None
    if not _is_object(document):
        raise DamagedError("it holds no JSON object")
    version, worktrees = document.get("version"), document.get("worktrees")
    if type(version) is not int:
        raise DamagedError("it lacks `version`")
    if version > VERSION:
        raise DamagedError(f"it is of version {version}, and this wtc reads version {VERSION}")
    if not _is_object(worktrees):
        raise DamagedError("it lacks `worktrees`")
    stacks = {worktree: _record(worktree, entry) for worktree, entry in worktrees.items()}
    if len({record.namespace for record in stacks.values()}) < len(stacks):
        raise DamagedError("it gives two worktrees one namespace")
    return stacks


def _record(worktree: str, entry: object) -> StackRecord:
    if not _is_object(entry) or not worktree.startswith("/"):
        raise DamagedError(f"its entry `{worktree}` is not a worktree's")
    ports = entry.get("ports", {})
    addresses = entry.get("addresses", {})
    volumes = entry.get("volumes", [])
    fixed = entry.get("fixed", {})
    for numbers in (ports, fixed):
        if not _is_object(numbers) or not all(_is_port(port) for port in numbers.values()):
            raise DamagedError(f"the ports of `{worktree}` are not numbers from 1 to 65535")
    if not _is_object(addresses) or not _is_strings(list(addresses.values())):
        raise DamagedError(f"the addresses of `{worktree}` are no text")
    if not _is_strings(volumes):
        raise DamagedError(f"the volumes of `{worktree}` are not a list of names")
    texts = {key: entry.get(key, "") for key in ("namespace", "project", "network", "status")}
    if not _is_strings(list(texts.values())) or not texts["namespace"]:
        raise DamagedError(f"the names of `{worktree}` are missing or no text")
    return StackRecord(
        worktree=worktree,
        volumes=tuple(volumes),
        ports=cast("dict[str, int]", ports),
        fixed=cast("dict[str, int]", fixed),
        addresses=cast("dict[str, str]", addresses),
        **cast("dict[str, str]", texts),
    )


def _is_object(value: object) -> TypeGuard[dict[str, object]]:
    return isinstance(value, dict)


def _is_strings(value: object) -> TypeGuard[list[str]]:
    return isinstance(value, list) and all(isinstance(item, str) for item in cast("list[object]", value))


def _is_port(value: object) -> bool:
    # `true` is an int to Python.
    return type(value) is int and 1 <= value <= 65535
