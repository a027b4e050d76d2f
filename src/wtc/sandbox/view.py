"""What a sandboxed command sees, and the bubblewrap arguments for it. Pure."""

from collections.abc import Iterable

from wtc.dataclass import dataclass

BWRAP = "bwrap"
TEMPORARY = "/tmp"  # noqa: S108 - the sandbox has its own
_ROOT_CAPABILITIES = ("CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER")
"""What root keeps: enough to work on files of any owner. Without `CAP_SYS_ADMIN` no mount can be changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mount:
    """A file or folder of the host, at its own path."""

    path: str
    writable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StackDescriptors:
    """Open files that bubblewrap inherits if the sandbox reaches a stack. Source: bwrap(1)."""

    information: int
    """bubblewrap writes to it which process has the network."""
    block: int
    """The command starts once a byte can be read from it."""
    hosts: int
    """The content of the hosts file."""
    hosts_path: str

    @property
    def inherited(self) -> tuple[int, ...]:
        """The descriptors."""
        return self.information, self.block, self.hosts


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxView:
    """Absolute paths. Later fields cover earlier ones where they overlap."""

    system: tuple[str, ...] = ()
    """System folders, read-only."""
    kernel: tuple[str, ...] = ()
    """Entries of `/proc` that the caller could write, read-only."""
    hidden_files: tuple[str, ...] = ()
    hidden_folders: tuple[str, ...] = ()
    workspace: str
    """Read-write, and the working folder."""
    covered: tuple[str, ...] = ()
    """Folders in the workspace that are empty inside the sandbox."""
    shared: tuple[str, ...] = ()
    """Folders and sockets, read-write."""
    mounts: tuple[Mount, ...] = ()
    """On top of everything else, in this order."""
    created: tuple[str, ...] = ()
    """Empty folders that exist only inside the sandbox."""
    stack: StackDescriptors | None = None
    as_root: bool = False
    """Whether the caller is root: bubblewrap then creates no user namespace, and capabilities are dropped by name."""
    new_session: bool = False
    """Whether the command loses its controlling terminal, so that it cannot type into it."""


def bwrap_arguments(view: SandboxView) -> list[str]:
    """Return the bubblewrap command line up to and including `--`; the command follows."""
    arguments = [BWRAP, "--unshare-pid", "--unshare-net", "--unshare-ipc", "--die-with-parent"]
    if view.new_session:
        arguments.append("--new-session")
    if view.as_root:
        arguments += ["--cap-drop", "ALL"]
        for capability in _ROOT_CAPABILITIES:
            arguments += ["--cap-add", capability]
    arguments += _bind_arguments("--ro-bind", view.system)
    arguments += ["--proc", "/proc", "--dev", "/dev", "--tmpfs", TEMPORARY]
    arguments += _bind_arguments("--ro-bind", view.kernel)
    for path in view.hidden_files:
        arguments += ["--ro-bind", "/dev/null", path]
    for path in view.hidden_folders:
        arguments += ["--tmpfs", path]
    for path in view.created:
        arguments += ["--dir", path]
    arguments += _bind_arguments("--bind", [view.workspace])
    for path in view.covered:
        arguments += ["--tmpfs", path]
    arguments += _bind_arguments("--bind", view.shared)
    for mount in view.mounts:
        arguments += _bind_arguments("--bind" if mount.writable else "--ro-bind", [mount.path])
    if stack := view.stack:
        arguments += ["--info-fd", str(stack.information), "--block-fd", str(stack.block)]
        arguments += ["--ro-bind-data", str(stack.hosts), stack.hosts_path]
    return [*arguments, "--chdir", view.workspace, "--"]


def _bind_arguments(option: str, paths: Iterable[str]) -> list[str]:
    return [word for path in paths for word in (option, path, path)]
