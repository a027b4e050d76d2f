"""Which folders are not suitable as the workspace of a sandbox, because it would see almost all of the host. Pure."""

from collections.abc import Iterable


def unsuitable_reason(workspace: str, *, homes: Iterable[str], sockets: Iterable[str]) -> str:
    """Return why the workspace would put what a sandbox hides in reach; empty if it does not.

    All paths are real and absolute: `homes` of the caller, `sockets` of engines.
    """
    if workspace == "/":
        return "it is the root of the file system"
    for home in homes:
        if home == workspace:
            return "it is the home folder"
        if lies_in(home, workspace):
            return f"it contains the home folder `{home}`"
    return next((f"it contains the engine's socket `{path}`" for path in sockets if lies_in(path, workspace)), "")


def lies_in(path: str, folder: str) -> bool:
    """Return whether the path is below the folder."""
    return path.startswith(f"{folder.rstrip('/')}/")
