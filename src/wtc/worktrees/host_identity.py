"""The host id: a hash of the machine id and a random id in the user's configuration folder."""

import contextlib
import os
import re
import sys
from collections.abc import Mapping

from wtc.hashes import sha256
from wtc.private_folder import make_private_folder
from wtc.settings.settings import config_dir

_FILE = "host-id"
_RANDOM = re.compile(r"[0-9a-f]{32}")
_MACHINE_FILES = ("/etc/machine-id", "/var/lib/dbus/machine-id")


def host_id(environment: Mapping[str, str], *, create: bool = False) -> str:
    """Return the id of this host for this user; empty if it is unknown, so that it proves nothing.

    Under sudo it is that of the calling user. With `create`, a missing random id is created.
    """
    folder, owner = _folder(environment)
    random = _read(os.path.join(folder, _FILE))
    if not random and create:
        random = _create(folder, owner)
    if not random:
        return ""
    return sha256(f"{machine_id()}\0{random}".encode()).hexdigest()[:32]


def machine_id() -> str:
    """Return the operating system's id for this machine, else its hostname."""
    for path in _MACHINE_FILES:
        if found := _read(path, pattern=None):
            return found
    return _darwin_id() if sys.platform == "darwin" else os.uname().nodename


def _darwin_id() -> str:
    """Return the machine id of macOS, else the hostname. Source: gethostuuid(2)."""
    import ctypes

    buffer, wait = (ctypes.c_ubyte * 16)(), (ctypes.c_long * 2)(5, 0)
    library = ctypes.CDLL(None)
    return bytes(buffer).hex() if library.gethostuuid(buffer, wait) == 0 else os.uname().nodename


def _folder(environment: Mapping[str, str]) -> tuple[str, tuple[int, int] | None]:
    """Return the configuration folder and, under sudo, the user and group that own new files in it."""
    user, group = environment.get("SUDO_UID", ""), environment.get("SUDO_GID", "")
    if os.geteuid() != 0 or not user.isdecimal() or environment.get("WTC_CONFIG_DIR"):
        return config_dir(environment), None
    import pwd

    try:
        home = pwd.getpwuid(int(user)).pw_dir
    except (KeyError, OverflowError):
        return config_dir(environment), None
    owner = (int(user), int(group) if group.isdecimal() else -1)
    return config_dir({"HOME": home}), owner


def _read(path: str, *, pattern: re.Pattern[str] | None = _RANDOM) -> str:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            text = os.read(descriptor, 256).decode("ascii", "replace").strip()
        finally:
            os.close(descriptor)
    except OSError:
        return ""
    return text if pattern is None or pattern.fullmatch(text) else ""


def _create(folder: str, owner: tuple[int, int] | None) -> str:
    """Create the file with a random id atomically; return the id, empty if the folder is not writable."""
    path = os.path.join(folder, _FILE)
    temporary = f"{path}.{os.getpid()}.{os.urandom(4).hex()}"
    try:
        make_private_folder(folder, owner=owner)
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            os.write(descriptor, f"{os.urandom(16).hex()}\n".encode())
            if owner:
                os.fchown(descriptor, *owner)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        with contextlib.suppress(FileExistsError):
            os.link(temporary, path, follow_symlinks=False)
    except OSError:
        return ""
    finally:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
    return _read(path)
