"""Find the position in the compose file that an engine error is about. Pure.

A plan node knows its service, network or volume. The attribute is the one whose value the message names first. If it
names none, it is the one of which `SUBJECTS` says that engines speak of it so; an unknown wording leaves the position
of the service.
"""

import re
from collections.abc import Iterator, Mapping
from posixpath import join

from wtc.dataclass import fields, is_dataclass, replace
from wtc.model import plan as op
from wtc.model.diagnostic import Diagnostic
from wtc.model.position import Path
from wtc.model.project import Project
from wtc.model.service import Service
from wtc.planner.desired.all_services import all_services
from wtc.static_typing import TYPE_CHECKING, Any, TypeAlias, cast

if TYPE_CHECKING:
    from wtc.model.mounts import FileGrant

Value: TypeAlias = tuple[Path, str]

NAMING = (
    "image", "build", "platform", "runtime", "isolation", "user", "group_add", "working_dir", "command", "entrypoint",
    "volumes", "volumes_from", "tmpfs", "devices", "gpus", "device_cgroup_rules", "credential_spec", "storage_opt",
    "network_mode", "ipc", "pid", "uts", "userns_mode", "cgroup_parent", "mac_address", "hostname", "dns", "ports",
    "extra_hosts", "links", "external_links", "cap_add", "cap_drop", "security_opt", "sysctls", "logging", "cpuset",
    "stop_signal", "blkio_config", "restart",
)  # fmt: skip
"""The attributes of a service whose values the engine looks up or checks; `environment` is not one of them."""
IN_PARTS = frozenset({
    "volumes_from", "tmpfs", "network_mode", "ipc", "pid", "links", "external_links", "security_opt", "user",
})  # fmt: skip
"""Those of which the engine names a part: `container:db`, `seccomp=profile.json`, `/run:size=1m`."""
UNNAMED = frozenset({"type", "protocol", "mode"})
"""Fields that the engine names together with the wrong value."""
KEYWORDS = frozenset({"type", "device", "container", "service"})
"""Keys of `driver_opts` and parts of values that the engine knows, so that they are in other messages too."""
MIN_CHARACTERS = 3
"""Shorter values would match too many messages."""

LIMITS: Path = ("deploy", "resources", "limits")
RESERVATIONS: Path = ("deploy", "resources", "reservations")
SUBJECTS: tuple[tuple[str, tuple[Path, ...]], ...] = (
    (r"rlimit", (("ulimits",),)),
    (r"sysctl", (("sysctls",),)),
    (r"capadd", (("cap_add",),)),
    (r"capdrop", (("cap_drop",),)),
    (r"device driver", (("gpus",), (*RESERVATIONS, "devices"))),
    (r"memoryswap", (("memswap_limit",),)),
    (r"swappiness", (("mem_swappiness",),)),
    (r"memory reservation", (("mem_reservation",), (*RESERVATIONS, "memory"))),
    (r"memory limit", (("mem_limit",), (*LIMITS, "memory"))),
    (r"cpu shares", (("cpu_shares",),)),
    (r"cfs period", (("cpu_period",),)),
    (r"cfs quota", (("cpu_quota",),)),
    (r"(cpuset|requested cpus)", (("cpuset",),)),
    (r"(range|number) of cpus", (("cpus",), (*LIMITS, "cpus"))),
    (r"(blkio|block i/?o)", (("blkio_config",),)),
    (r"shm size", (("shm_size",),)),
    (r"pids limit", (("pids_limit",), (*LIMITS, "pids"))),
    (r"storage-opt", (("storage_opt",),)),
    (r"restart policy", (("restart",), ("deploy", "restart_policy"))),
    (r"(healthcheck|unhealthy)", (("healthcheck",),)),
    (r"isolation", (("isolation",),)),
    (r"tmpfs", (("tmpfs",),)),
    (r"(seccomp|apparmor|security-opt)", (("security_opt",),)),
    (r"ipc\b", (("ipc",),)),
    (r"pid (mode|namespace)", (("pid",),)),
    (r"host port", (("ports",),)),
    (r"(ip address|address already in use)", (("networks",),)),
    (r"(working|current) directory", (("working_dir",),)),
    (r"mount", (("volumes",),)),
)
"""How engines speak of attributes whose values are not in the message, in lower case: the first one that fits."""


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
        case op.CreateContainer() | op.StartContainer() | op.WaitContainer() | op.ConnectNetwork() | op.InjectFiles():
            return service if node.service else ()
        case _:
            return ()


def with_position(diagnostic: Diagnostic, complaint: str, project: Project) -> Diagnostic:
    """Return the diagnostic with its position and service, and with the path of the value that `complaint` names."""
    if diagnostic.position is not None or not diagnostic.path:
        return diagnostic
    service = diagnostic.service or _user(diagnostic.path, project)
    path = _named_path(complaint.replace(f"service `{service}`", ""), diagnostic.path, project)
    known = next((path[:n] for n in range(len(path), 0, -1) if path[:n] in project.positions), path)
    return replace(diagnostic, path=known, position=project.positions.get(known), service=service)


def _user(path: Path, project: Project) -> str:
    """Return the service that a path is about; of a network or volume, the first service that uses it."""
    section, name, *_ = (*path, "", "")
    match section:
        case "services":
            return str(name)
        case "networks":
            users = (s.name for s in project.services.values() if name in s.networks)
        case "volumes":
            users = (s.name for s in project.services.values() if any(m.source == name for m in s.volumes))
        case _:
            return ""
    return next(users, "")


def _named_path(complaint: str, path: Path, project: Project) -> Path:
    """Return the path of what the complaint names; `path` if it names nothing."""
    subject = _subject(complaint, path, project)
    named = [
        (start, -len(text), value_path)
        for value_path, text in _values(path, project)
        if (start := _mention(complaint, text)) is not None
    ]
    inside = [value for value in named if subject and value[2][: len(subject)] == subject]
    return min(inside or named, key=lambda value: value[:2], default=(0, 0, subject or path))[2]


def _subject(complaint: str, path: Path, project: Project) -> Path:
    """Return the path of the attribute of a service that the complaint is about; empty if that is unknown."""
    if path[0] != "services" or len(path) > 2:
        return ()
    text = complaint.lower()
    for words, attributes in SUBJECTS:
        if re.search(rf"(?<![a-z]){words}", text):
            found = next((known for a in attributes if (known := (*path, *a)) in project.positions), None)
            if found:
                return found
    return ()


def _values(path: Path, project: Project) -> Iterator[Value]:
    """Yield the values at a path of the file, and those that they refer to."""
    section, name, *rest = (*path, "")
    if section == "networks" and (network := project.networks.get(str(name))) is not None:
        yield from _strings(network.ipam_pools, (*path, "ipam", "config"))
        yield (*path, "ipam", "driver"), network.ipam_driver
    if section in {"networks", "volumes"}:
        resource = getattr(project, str(section)).get(name)
        for attribute in ("driver", "driver_opts"):
            yield from _strings(getattr(resource, attribute, ""), (*path, attribute))
    service = all_services(project).get(str(name)) if section == "services" else None
    if service is None:
        return
    if rest[0] == "":
        yield from _attribute_values(service, path, project)
        yield from _granted(service, path, project)
    elif rest[0] in {"post_start", "pre_stop"}:
        yield from _strings(getattr(service, str(rest[0])), path)
    elif rest[0] == "build" and service.build is not None:
        yield from _strings(replace(service.build, args={}, labels={}), path)
        yield (*path, "dockerfile"), join(service.build.context, service.build.dockerfile)
        for secret in service.build.secrets:
            yield from _source("secrets", secret.source, project)


def _attribute_values(service: Service, path: Path, project: Project) -> Iterator[Value]:
    """Yield the values of a service's own attributes, also as an engine spells them."""
    for attribute in NAMING:
        for place, text in _strings(getattr(service, attribute), (*path, attribute)):
            if attribute in {"command", "entrypoint"} and text.isdigit():
                continue
            yield place, text
            if attribute in IN_PARTS:
                for part in re.split(r"[=:,]", text):
                    if part not in KEYWORDS:
                        yield place, part
                    yield place, project.container_names.get(part, "")
            elif attribute == "sysctls":
                yield place, "/proc/sys/" + text.replace(".", "/")
            elif attribute in {"cap_add", "cap_drop"}:
                yield place, f"CAP_{text.upper().removeprefix('CAP_')}"
    for key, attachment in service.networks.items():
        yield from _strings(attachment, (*path, "networks", key))


def _granted(service: Service, path: Path, project: Project) -> Iterator[Value]:
    """Yield the files and targets of a service's secrets and configs, and the driver options of its volumes."""
    for section in ("secrets", "configs"):
        grants: tuple[FileGrant, ...] = getattr(service, section)
        for index, grant in enumerate(grants):
            yield from _source(section, grant.source, project)
            yield (*path, section, index, "target"), grant.target
            yield (*path, section, index, "target"), grant.target.removeprefix("/")
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
            if key not in KEYWORDS:
                yield (*path, key), key
            yield from _strings(item, (*path, key))
    elif isinstance(value, tuple):
        for index, item in enumerate(cast("tuple[object, ...]", value)):
            yield from _strings(item, (*path, index))
    elif is_dataclass(value):
        for field in fields(cast("Any", value)):
            if field.name not in UNNAMED:
                yield from _strings(getattr(value, field.name), (*path, field.name))


def _mention(complaint: str, value: str) -> int | None:
    """Return where the text contains the value, and not as part of a longer word or path; None if it does not."""
    if len(value) < MIN_CHARACTERS:
        return None
    found = re.search(rf"(?<![\w/.-]){re.escape(value)}(?![\w/-])(?!\.\w)", complaint)
    return found.start() if found else None
