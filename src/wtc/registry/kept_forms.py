"""Files of one stack beside the registry that can be lost at any time: kept results and indexes of build contexts.

A file that is damaged, too large, another user's or a newer wtc's reads as missing. One that cannot be written is not.
"""

import json
import os
import stat
from contextlib import suppress

from wtc.namespace import is_namespace
from wtc.static_typing import Any, cast

FORMAT = 1
MOST_BYTES = 16 << 20
_FOLDER = "kept"


class KeptForms:
    """The kept files of all stacks in one config folder: `kept/NAMESPACE/NAME.json`."""

    def __init__(self, directory: str) -> None:
        self._directory = directory

    def read(self, namespace: str, name: str) -> dict[str, Any]:
        """Return the JSON object in a file; empty if it cannot be used."""
        try:
            found: object = json.loads(_read(self._path(namespace, name)))
        except (OSError, ValueError, RecursionError):
            return {}
        if not isinstance(found, dict):
            return {}
        document = cast("dict[str, Any]", found)
        return document if document.get("format") == FORMAT else {}

    def write(self, namespace: str, name: str, document: dict[str, Any]) -> None:
        """Replace a file; do nothing if it cannot be written, or would be too large."""
        try:
            content = json.dumps({"format": FORMAT, **document}, separators=(",", ":")).encode()
        except ValueError:
            return
        if len(content) > MOST_BYTES:
            return
        with suppress(OSError, ValueError):
            path = self._path(namespace, name)
            for folder in (os.path.dirname(os.path.dirname(path)), os.path.dirname(path)):
                with suppress(FileExistsError):
                    os.mkdir(folder, 0o700)
            _replace(path, content)

    def remove(self, namespace: str) -> None:
        """Remove all files of a stack, as far as possible."""
        import shutil

        if is_namespace(namespace):
            shutil.rmtree(os.path.join(self._directory, _FOLDER, namespace), ignore_errors=True)

    def _path(self, namespace: str, name: str) -> str:
        if not is_namespace(namespace):
            raise ValueError(namespace)
        return os.path.join(self._directory, _FOLDER, namespace, f"{name}.json")


def _read(path: str) -> bytes:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOFOLLOW)
    with os.fdopen(descriptor, "rb") as file:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode) or found.st_uid != os.geteuid() or found.st_size > MOST_BYTES:
            raise ValueError(path)
        return file.read(MOST_BYTES)


def _replace(path: str, content: bytes) -> None:
    """Write the file beside its place and rename it. Not synced: a file that a crash leaves empty reads as missing."""
    new = f"{path}.{os.getpid()}.new"
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        os.replace(new, path)
    except OSError:
        with suppress(OSError):
            os.unlink(new)
        raise
