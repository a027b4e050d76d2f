"""Configuration hashes: how wtc detects that a container, network or volume differs from the compose file. Pure."""

import json

from wtc.dataclass import fields, is_dataclass
from wtc.hashes import sha256
from wtc.model.desired import InjectedFile, ResolvedService
from wtc.model.ports import format_ports
from wtc.model.project import Network, Volume
from wtc.static_typing import Any

NOT_IN_A_CONTAINER = frozenset({"git_access", "name", "post_start", "pre_stop"})
"""Attributes of a service that change nothing about its containers."""


def service_hash(config: ResolvedService, files: tuple[InjectedFile, ...]) -> str:
    """Return the hash of a service of the stack.

    Attributes with their default value do not count, so that a new attribute of wtc does not change existing hashes.
    """
    attributes = {k: v for k, v in _stated_attributes(config).items() if k not in NOT_IN_A_CONTAINER}
    if isinstance(deploy := attributes.get("deploy"), dict):
        attributes["deploy"] = {k: v for k, v in deploy.items() if k != "replicas"}  # pyright: ignore[reportUnknownVariableType]
    contents = [[f.path, sha256(f.content).hexdigest(), f.uid, f.gid, f.mode] for f in files]
    return _digest([attributes, contents] if contents else [attributes])


def resource_hash(resource: Network | Volume) -> str:
    """Return the hash of a network or volume, with the labels of the file and without those that wtc adds."""
    return _digest({k: v for k, v in _stated_attributes(resource).items() if k not in {"key", "name"}})


def _digest(value: object) -> str:
    return sha256(json.dumps(value, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _stated_attributes(value: Any) -> Any:
    """Convert a dataclass, recursively, to a mapping of the attributes that differ from their defaults."""
    if is_dataclass(value):
        out: dict[str, Any] = {}
        for field in fields(value):
            item = getattr(value, field.name)
            default = field.default_factory() if callable(field.default_factory) else field.default
            if item != default:
                out[field.name] = _stated_attributes(item)
        return out
    if isinstance(value, range):
        return format_ports(value)
    if isinstance(value, dict):
        return {k: _stated_attributes(v) for k, v in value.items()}  # pyright: ignore[reportUnknownVariableType]
    if isinstance(value, (tuple, list)):
        return [_stated_attributes(v) for v in value]  # pyright: ignore[reportUnknownVariableType]
    return value
