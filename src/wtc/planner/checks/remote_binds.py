"""Find binds of folders of this machine, which an engine on another machine does not have. Pure."""

from collections.abc import Callable, Iterator

from wtc.model.diagnostic import Diagnostic, Severity
from wtc.model.position import Path
from wtc.model.project import Project

SYSTEM_FOLDERS = ("/dev", "/etc", "/lib", "/proc", "/run", "/sys", "/usr", "/var")
"""A path below them means the engine's machine, as `/var/run/docker.sock` and `/etc/localtime` do."""
_HINT = "to have the files in the container, copy them into its image, or use an engine on this machine"


def remote_binds(project: Project, is_here: Callable[[str], bool]) -> Iterator[Diagnostic]:
    """Yield a finding for each bind of a path of this machine. `is_here`: whether a path is one."""
    for service in project.services.values():
        for index, mount in enumerate(service.volumes):
            if mount.type == "bind" and is_here(mount.source):
                yield _finding(project, ("services", service.name, "volumes", index, "source"), mount.source)
    for volume in project.volumes.values():
        device = volume.driver_opts.get("device", "")
        if not volume.external and "bind" in volume.driver_opts.get("o", "").split(",") and is_here(device):
            yield _finding(project, ("volumes", volume.key, "driver_opts", "device"), device)


def means_this_machine(path: str, *, folders: tuple[str, ...], exists: bool) -> bool:
    """Return whether a path means this machine: it is in one of the `folders`, or exists outside system folders."""
    if any(_is_below(path, folder) for folder in folders):
        return True
    return exists and path != "/" and not any(_is_below(path, folder) for folder in SYSTEM_FOLDERS)


def _is_below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def _finding(project: Project, path: Path, source: str) -> Diagnostic:
    position = next((p for n in range(len(path), 0, -1) if (p := project.positions.get(path[:n]))), None)
    message = f"`{source}` is on this machine, and the engine is on another: the mount has no files of this machine"
    return Diagnostic(message=message, severity=Severity.UNSUPPORTED, position=position, path=path, hint=_HINT)
