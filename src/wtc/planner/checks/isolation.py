"""Find what worktrees share despite their namespaces: the host, external networks, fixed addresses. Pure."""

from collections.abc import Callable, Collection, Iterator

from wtc.model.diagnostic import Diagnostic, Severity
from wtc.model.mounts import Mount
from wtc.model.position import Path
from wtc.model.project import Network, Project, Volume
from wtc.model.service import Service
from wtc.static_typing import TypeAlias

_Sharing: TypeAlias = tuple[Path, str, str]

SOCKETS = ("docker.sock", "podman.sock", "containerd.sock")
BRIDGE_NAME = "com.docker.network.bridge.name"
_OF_HOST = {
    "network_mode": "uses the network of the engine's host, where only one container can use a port",
    "pid": "can see and signal every process on the engine's host",
    "ipc": "shares memory with every other container in this mode",
    "uts": "uses the hostname of the engine's host and can change it",
}
_SHARED_BY_ALL = "is shared by all worktrees"
_CONTROLS_ENGINE = "controls the engine by its socket, and so the stacks of all worktrees"
_SAME_ADDRESS = "the address is the same in every worktree"


def isolation_findings(project: Project, is_own: Callable[[str], bool]) -> tuple[Diagnostic, ...]:
    """Return a finding for everything that two worktrees of the project share, services first, in the file's order.

    `is_own`: whether a path of the host is inside the worktree. A read-only bind is not a finding, unless it is the
    engine's socket.
    """
    own = project.container_names
    found = [
        *(b for service in project.services.values() for b in _service_sharing(service, is_own, own)),
        *(b for network in project.networks.values() for b in _network_sharing(network)),
        *(b for volume in project.volumes.values() for b in _volume_sharing(volume, is_own)),
    ]
    return tuple(_diagnostic(project, path, message, hint) for path, message, hint in found)


def unrequested_sharing(project: Project, is_own: Callable[[str], bool]) -> tuple[Diagnostic, ...]:
    """Return the findings about what worktrees share although the file does not ask for it by `external`.

    Privileges are not shared, and a hardware address is used again on a separate network.
    """
    left_out = {"external", "privileged", "mac_address"}
    return tuple(d for d in isolation_findings(project, is_own) if d.path[-1] not in left_out)


def _service_sharing(service: Service, is_own: Callable[[str], bool], own: Collection[str]) -> Iterator[_Sharing]:
    place: Path = ("services", service.name)
    if service.privileged:
        yield (*place, "privileged"), f"{_subject(service)} can change anything on the engine's host", ""
    if service.use_api_socket:
        yield (*place, "use_api_socket"), f"{_subject(service)} {_CONTROLS_ENGINE}", ""
    yield from _host_sharing(service, place)
    yield from (finding for name, finding in _container_sharing(service, place) if name not in own)
    for index, mount in enumerate(service.volumes):
        if why := _mount_sharing(service, mount, is_own):
            yield (*place, "volumes", index, "source"), why, ""
    yield from _address_sharing(service, place)


def _subject(service: Service) -> str:
    return f"service `{service.name}`"


def _host_sharing(service: Service, place: Path) -> Iterator[_Sharing]:
    for attribute, why in _OF_HOST.items():
        if getattr(service, attribute) == "host":
            yield (*place, attribute), f"{_subject(service)} {why}", ""


def _container_sharing(service: Service, place: Path) -> Iterator[tuple[str, _Sharing]]:
    """Yield (container name, finding) for each container that the service names, the stack's own ones too."""
    hint = "to have one in each worktree, make it a service of the compose file"
    for attribute in ("network_mode", "pid", "ipc"):
        kind, _, name = getattr(service, attribute).partition(":")
        if kind == "container":
            yield name, ((*place, attribute), f"container `{name}` {_SHARED_BY_ALL}", hint)
    for index, text in enumerate(service.volumes_from):
        kind, _, source = text.partition(":")
        name = source.partition(":")[0]
        if kind == "container":
            yield name, ((*place, "volumes_from", index), f"container `{name}` {_SHARED_BY_ALL}", hint)
    for index, text in enumerate(service.external_links):
        name = text.partition(":")[0]
        yield name, ((*place, "external_links", index), f"container `{name}` {_SHARED_BY_ALL}", hint)


def _address_sharing(service: Service, place: Path) -> Iterator[_Sharing]:
    if service.mac_address:
        yield (*place, "mac_address"), _SAME_ADDRESS, ""
    for name, attachment in service.networks.items():
        for attribute in ("mac_address", "ipv4_address", "ipv6_address"):
            if getattr(attachment, attribute):
                yield (*place, "networks", name, attribute), _SAME_ADDRESS, ""


def _mount_sharing(service: Service, mount: Mount, is_own: Callable[[str], bool]) -> str:
    if mount.type != "bind":
        return ""
    if mount.source.endswith(SOCKETS):
        return f"{_subject(service)} {_CONTROLS_ENGINE}"
    if mount.read_only or is_own(mount.source):
        return ""
    return f"`{mount.source}` is outside the worktree, and all worktrees share it"


def _network_sharing(network: Network) -> Iterator[_Sharing]:
    place: Path = ("networks", network.key)
    if network.external:
        yield (*place, "external"), f"network `{network.name}` is external, so all worktrees share it", ""
    for index, pool in enumerate(network.ipam_pools):
        if pool.subnet:
            message = f"only one network on the engine can have the subnet `{pool.subnet}`: a second worktree fails"
            hint = "to have one network in each worktree, let the engine choose the subnet, or set it with a variable"
            yield (*place, "ipam", "config", index, "subnet"), message, hint
    if BRIDGE_NAME in network.driver_opts:
        message = "only one network can have a bridge with this name: a second worktree fails"
        yield (*place, "driver_opts", BRIDGE_NAME), message, ""


def _volume_sharing(volume: Volume, is_own: Callable[[str], bool]) -> Iterator[_Sharing]:
    place: Path = ("volumes", volume.key)
    if volume.external:
        yield (*place, "external"), f"volume `{volume.name}` is external, so all worktrees share it", ""
    device = volume.driver_opts.get("device", "")
    temporary = volume.driver_opts.get("type") == "tmpfs"
    if device and not temporary and not (device.startswith("/") and is_own(device)):
        message = f"each worktree has a volume with its own name, but all of them keep their data in `{device}`"
        yield (*place, "driver_opts", "device"), message, ""


def _diagnostic(project: Project, path: Path, message: str, hint: str) -> Diagnostic:
    position = next((p for n in range(len(path), 0, -1) if (p := project.positions.get(path[:n]))), None)
    return Diagnostic(message=message, severity=Severity.WARNING, position=position, path=path, hint=hint)
