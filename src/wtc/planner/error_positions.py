"""Find the position in the compose file that an engine error is about. Pure.

A plan node knows its service, network or volume. The attribute is found by searching the error message for the values
of the file, never by the engine's wording.
"""

import re
from collections.abc import Iterator, Mapping
from posixpath import join
from typing import Any, TypeAlias, cast

from wtc.dataclass import fields, is_dataclass, replace
from wtc.model import plan as op
from wtc.model.diagnostic import Diagnostic
from wtc.model.position import Path
from wtc.model.project import Project
from wtc.model.service import Service

Value: TypeAlias = tuple[Path, str]

NAMING = (
    "image", "build", "platform", "runtime", "isolation", "user", "group_add", "working_dir", "command", "entrypoint",
    "volumes", "volumes_from", "tmpfs", "devices", "gpus", "device_cgroup_rules", "credential_spec", "storage_opt",
    "networks", "network_mode", "ipc", "pid", "uts", "userns_mode", "cgroup_parent", "mac_address", "hostname", "dns",
    "extra_hosts", "links", "external_links", "cap_add", "cap_drop", "security_opt", "sysctls", "logging",
    "stop_signal",
)  # fmt: skip
"""The attributes of a service whose values the engine looks up or checks; `environment` is not one of them."""
MIN_CHARACTERS = 3
"""Shorter values would match too many messages."""


def node_path(node: op.PlanNode) -> Path:
    """Return the path in the file that a node is about; empty if the file cannot be the reason for its failure."""
    service: Path = ("services", node.service)
    match node.operation:
        case op.PullImage(image=image):
            return ("services", image.service, "image")
        case op.BuildImage(image=image):
            return ("services", image.service, "build")
        case op.CreateNetwork(network=network):
            return ("networks", network.key)
        case op.CreateVolume(volume=volume):
            return ("volumes", volume.key)
        case op.RunHook():
            return (*service, node.cause) if node.service else ()
        case op.CreateContainer() | op.StartContainer() | op.ConnectNetwork() | op.InjectFiles():
            return service if node.service else ()
        case _:
            return ()


def with_position(diagnostic: Diagnostic, complaint: str, project: Project) -> Diagnostic:
    """Return the diagnostic with its position, and with the path of the longest value in `complaint`, if any."""
    if diagnostic.position is not None or not diagnostic.path:
        return diagnostic
    named = [value for value in _values(diagnostic.path, project) if _mentions(complaint, value[1])]
    path = max(named, key=lambda value: len(value[1]), default=(diagnostic.path, ""))[0]
    known = next((path[:n] for n in range(len(path), 0, -1) if path[:n] in project.positions), path)
    return replace(diagnostic, path=known, position=project.positions.get(known))


def _values(path: Path, project: Project) -> Iterator[Value]:
    """Yield the values at a path of the file, and those that they refer to."""
    section, name, *rest = (*path, "")
    if section == "networks" and (network := project.networks.get(str(name))) is not None:
        yield from _strings(network.ipam_pools, (*path, "ipam", "config"))
    if section in {"networks", "volumes"}:
        resource = getattr(project, str(section)).get(name)
        for attribute in ("driver", "driver_opts"):
            yield from _strings(getattr(resource, attribute, ""), (*path, attribute))
    service = project.services.get(str(name)) if section == "services" else None
    if service is None:
        return
    if rest[0] == "":
        for attribute in NAMING:
            yield from _strings(getattr(service, attribute), (*path, attribute))
        yield from _granted(service, project)
    elif rest[0] == "build" and service.build is not None:
        yield from _strings(replace(service.build, args={}, labels={}), path)
        yield (*path, "dockerfile"), join(service.build.context, service.build.dockerfile)
        for secret in service.build.secrets:
            yield from _source("secrets", secret.source, project)


def _granted(service: Service, project: Project) -> Iterator[Value]:
    """Yield the files of a service's secrets and configs, and the driver options of its volumes."""
    for grant in service.secrets:
        yield from _source("secrets", grant.source, project)
    for grant in service.configs:
        yield from _source("configs", grant.source, project)
    for mount in service.volumes:
        volume = project.volumes.get(mount.source)
        if volume is not None:
            yield from _strings(volume.driver_opts, ("volumes", volume.key, "driver_opts"))


def _source(section: str, key: str, project: Project) -> Iterator[Value]:
    source = getattr(project, section).get(key)
    if source is not None and source.file:
        yield (section, key, "file"), source.file


def _strings(value: object, path: Path) -> Iterator[Value]:
    """Yield the strings in a value of the model, mapping keys included, each with its path in the file."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for key, item in cast("Mapping[str, object]", value).items():
            yield (*path, key), key
            yield from _strings(item, (*path, key))
    elif isinstance(value, tuple):
        for index, item in enumerate(cast("tuple[object, ...]", value)):
            yield from _strings(item, (*path, index))
    elif is_dataclass(value):
        for field in fields(cast("Any", value)):
            if field.name == "type":
                continue  # the engine's message names the type together with the wrong value
            yield from _strings(getattr(value, field.name), (*path, field.name))


def _mentions(complaint: str, value: str) -> bool:
    """Whether the text contains the value, and not as part of a longer word or path."""
    if len(value) < MIN_CHARACTERS:
        return False
    return re.search(rf"(?<![\w/.-]){re.escape(value)}(?![\w/-])(?!\.\w)", complaint) is not None
