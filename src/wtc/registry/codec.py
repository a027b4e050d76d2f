"""The registry's form on disk, and the checks of what is read from it. Pure."""

import json
import re
from collections.abc import Callable, Iterable, Mapping

from wtc.dataclass import dataclass, field
from wtc.model.ports import PortId
from wtc.namespace import is_namespace
from wtc.registry.port_keys import format_port_key, parse_port_key
from wtc.registry.stack_records import StackRecord, Status
from wtc.static_typing import TypeGuard, TypeVar, cast

T = TypeVar("T")

VERSION = 2
"""Version 1 has `worktrees` (path -> stack) in place of `stacks` (namespace -> stack)."""

# Source: moby, daemon/names: RestrictedNameChars.
_ENGINE_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]*")
_ID = re.compile(r"[a-zA-Z0-9_-]{0,128}")


class DamagedError(ValueError):
    """The text is not a registry, or an entry is not a stack; the message says why."""


class NewerVersionError(ValueError):
    """A newer wtc wrote the registry."""

    def __init__(self, version: int) -> None:
        super().__init__(f"it has version {version}, and this wtc reads versions up to {VERSION}")


@dataclass(frozen=True, slots=True, kw_only=True)
class DecodedRegistry:
    """The content of a registry file."""

    stacks: dict[str, StackRecord] = field(default_factory=dict[str, StackRecord])
    """Namespace -> stack, of the valid entries."""
    rejected: tuple[str, ...] = ()
    """One sentence for each entry that is not valid, with its name and the reason."""


def encode_registry(stacks: Mapping[str, StackRecord]) -> bytes:
    """Return the file's content; equal stacks give equal bytes."""
    document = {"version": VERSION, "stacks": {name: _entry(record) for name, record in sorted(stacks.items())}}
    return (json.dumps(document, indent=2) + "\n").encode()


def decode_registry(content: bytes) -> DecodedRegistry:
    """Return the stacks in a file's content. Entries that are not valid are left out and named in `rejected`.

    Raises:
        DamagedError: it is not a registry.
        NewerVersionError: a newer wtc wrote it.
    """
    try:
        document: object = json.loads(content)
    except RecursionError:
        raise DamagedError("it is nested too deeply") from None
    except ValueError as error:
        raise DamagedError(f"it is not JSON: {error}") from None
    if not _is_object(document):
        raise DamagedError("it is not a JSON object")
    version = document.get("version")
    # `true` is an int to Python.
    if type(version) is not int or version < 1:
        raise DamagedError("it has no valid `version`")
    if version > VERSION:
        raise NewerVersionError(version)
    if version == 1:
        entries = _entries(document, "worktrees", lambda key, entry: {**entry, "worktree": key})
    else:
        entries = _entries(document, "stacks", lambda key, entry: {**entry, "namespace": key})
    return _decoded(entries)


def _entry(record: StackRecord) -> dict[str, object]:
    return {
        "worktree": record.worktree,
        "id": record.id,
        "directory": record.directory,
        "project": record.project,
        "network": record.network,
        "volumes": list(record.volumes),
        "ports": _by_key(record.ports),
        "addresses": _by_key(record.addresses),
        **({"fixed": _by_key(record.fixed)} if record.fixed else {}),
        "status": str(record.status),
    }


def _by_key(ports: Mapping[PortId, T]) -> dict[str, T]:
    return dict(sorted((format_port_key(port), value) for port, value in ports.items()))


def _entries(
    document: Mapping[str, object],
    name: str,
    with_key: Callable[[str, dict[str, object]], dict[str, object]],
) -> list[tuple[str, object]]:
    """Return (key, entry) of the object `name`, with the key entered where version 2 has no field for it."""
    entries = document.get(name)
    if not _is_object(entries):
        raise DamagedError(f"it has no valid `{name}`")
    return [(key, with_key(key, entry) if _is_object(entry) else entry) for key, entry in entries.items()]


def _decoded(entries: Iterable[tuple[str, object]]) -> DecodedRegistry:
    """Return the records; two entries with one namespace (in version 1) are both rejected."""
    records: dict[str, dict[str, StackRecord]] = {}
    rejected: list[str] = []
    for key, entry in entries:
        try:
            record = _record(entry)
        except DamagedError as damage:
            rejected.append(f"entry {_quoted(key)} was dropped, because {damage}")
        else:
            records.setdefault(record.namespace, {})[key] = record
    stacks: dict[str, StackRecord] = {}
    for name, by_key in records.items():
        if len(by_key) > 1:
            reason = f"namespace `{name}` belongs to several entries"
            rejected += [f"entry {_quoted(key)} was dropped, because its {reason}" for key in by_key]
        else:
            stacks[name] = next(iter(by_key.values()))
    return DecodedRegistry(stacks=stacks, rejected=tuple(rejected))


def _record(entry: object) -> StackRecord:
    """Raises DamagedError; the message is the rest of a sentence after "because"."""
    if not _is_object(entry):
        raise DamagedError("it is not a JSON object")
    namespace = _text(entry, "namespace", is_namespace)
    worktree = _text(entry, "worktree", _is_absolute)
    directory = _text(entry, "directory", lambda path: not path or _is_absolute(path))
    network = _text(entry, "network", lambda name: not name or _is_engine_name(name))
    volumes = entry.get("volumes", [])
    if not isinstance(volumes, list) or not all(map(_is_engine_name, cast("list[object]", volumes))):
        raise DamagedError("its `volumes` are not a list of volume names")
    return StackRecord(
        namespace=namespace,
        worktree=worktree,
        id=_text(entry, "id", lambda text: _ID.fullmatch(text) is not None),
        directory=directory,
        project=_text(entry, "project", lambda _text: True),
        network=network,
        volumes=tuple(cast("list[str]", volumes)),
        ports=_host_ports(entry, "ports"),
        fixed=_host_ports(entry, "fixed"),
        addresses=_addresses(entry),
        status=_status(entry),
    )


def _text(entry: Mapping[str, object], name: str, is_valid: Callable[[str], bool]) -> str:
    text = entry.get(name, "")
    if not isinstance(text, str) or not is_valid(text):
        raise DamagedError(f"its `{name}` is not valid")
    return text


def _status(entry: Mapping[str, object]) -> Status:
    try:
        return Status(cast("str", entry.get("status", Status.REGISTERED)))
    except ValueError:
        raise DamagedError("its `status` is not valid") from None


def _host_ports(entry: Mapping[str, object], name: str) -> dict[PortId, int]:
    ports = entry.get(name, {})
    if not _is_object(ports) or not all(_is_port(port) for port in ports.values()):
        raise DamagedError(f"its `{name}` are not numbers from 1 to 65535")
    return _by_port(cast("dict[str, int]", ports))


def _addresses(entry: Mapping[str, object]) -> dict[PortId, str]:
    addresses = entry.get("addresses", {})
    if not _is_object(addresses) or not all(isinstance(address, str) for address in addresses.values()):
        raise DamagedError("its `addresses` are not text")
    return _by_port(cast("dict[str, str]", addresses))


def _by_port(values: Mapping[str, T]) -> dict[PortId, T]:
    """Return port -> value. A key that does not name a port is left out: no command can use it."""
    return {port: value for key, value in values.items() if (port := parse_port_key(key))}


def _is_absolute(path: str) -> bool:
    """Return whether the system can have this path: absolute, without NUL, without half a character."""
    try:
        path.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return False
    return path.startswith("/") and "\0" not in path


def _is_engine_name(name: object) -> bool:
    return isinstance(name, str) and _ENGINE_NAME.fullmatch(name) is not None


def _is_object(value: object) -> TypeGuard[dict[str, object]]:
    return isinstance(value, dict)


def _is_port(value: object) -> bool:
    return type(value) is int and 1 <= value <= 65535


def _quoted(key: str) -> str:
    """Return the key on one line."""
    return f"`{key}`" if key.isprintable() else ascii(key)
