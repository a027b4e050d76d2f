"""The bubblewrap sandbox of a workspace."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from wtc.sandbox.limits import ResourceLimits
from wtc.sandbox.view import BWRAP, SandboxView, bwrap_arguments

_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/etc", "/nix/store")
_KERNEL = ("/proc/sys", "/proc/sysrq-trigger", "/proc/fs", "/proc/acpi", "/proc/scsi")
_TIOCSTI = "/proc/sys/dev/tty/legacy_tiocsti"


class BwrapSandbox:
    """Builds the command line that runs a command in a sandbox.

    The command sees the workspace, the shared folders and the sockets read-write at their own paths, the system folders
    read-only, and nothing else of the host: neither other folders nor processes nor the network.
    """

    def __init__(
        self,
        workspace: Path,
        shared_dirs: list[Path],
        mcp_sockets: list[Path],
        resource_limits: ResourceLimits | None,
    ) -> None:
        """Raise TypeError if the workspace is not a Path.

        `resource_limits` do not show in the command line: `SandboxRunner` enforces them from outside.
        """
        if not isinstance(workspace, Path):  # pyright: ignore[reportUnnecessaryIsInstance] - callers may have no type checker
            raise TypeError(f"workspace must be a Path, not {type(workspace).__name__}")
        self.workspace = workspace
        self.shared_dirs = list(shared_dirs)
        self.mcp_sockets = list(mcp_sockets)
        self.resource_limits = resource_limits

    def wrap_command(self, cmd: list[str]) -> list[str]:
        """Return the bubblewrap command line that ends with `cmd`, unchanged. `cmd` is a program and its arguments."""
        return [*bwrap_arguments(self.view()), *cmd]

    def view(self) -> SandboxView:
        """Return what the command sees on this machine."""
        as_root = os.geteuid() == 0
        files, folders = list_private_entries("/etc") if as_root else ((), ())
        return SandboxView(
            system=tuple(path for path in _SYSTEM if os.path.isdir(path)),
            # To the kernel root without capabilities is still the owner of these.
            kernel=tuple(path for path in _KERNEL if os.path.exists(path)) if as_root else (),
            hidden_files=files,
            hidden_folders=folders,
            workspace=str(self.workspace),
            shared=tuple(str(path) for path in (*self.shared_dirs, *self.mcp_sockets)),
            as_root=as_root,
            new_session=may_type_into_terminal(),
        )

    @staticmethod
    async def is_available() -> bool:
        """Return whether `bwrap --version` succeeds. Whether a sandbox can start, `check_available` finds out."""
        import asyncio

        try:
            process = await asyncio.create_subprocess_exec(
                BWRAP, "--version", stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
            )
            await process.wait()
        except OSError:
            return False
        return process.returncode == 0


def list_private_entries(folder: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the files and the folders below `folder` that only their owner or group may read.

    Folders within such a folder are not listed.
    """
    found = list(_walk_private(folder))
    return tuple(path for path, is_folder in found if not is_folder), tuple(
        path for path, is_folder in found if is_folder
    )


def _walk_private(folder: str) -> Iterator[tuple[str, bool]]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        if entry.is_symlink():
            continue
        mode = entry.stat(follow_symlinks=False).st_mode
        if stat.S_ISDIR(mode):
            if mode & stat.S_IXOTH:
                yield from _walk_private(entry.path)
            else:
                yield entry.path, True
        elif not mode & stat.S_IROTH:
            yield entry.path, False


def may_type_into_terminal(setting: str = _TIOCSTI) -> bool:
    """Return whether the kernel lets a process type into its controlling terminal (`TIOCSTI`).

    Source: Linux 6.2, `dev.tty.legacy_tiocsti`; older kernels always do.
    """
    try:
        with open(setting, encoding="ascii") as file:
            return file.read().strip() != "0"
    except OSError:
        return True
