"""The registry file: read at any time, changed under a lock, replaced atomically."""

import errno
import os
import stat
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress

from wtc.errors import NewerRegistryError, RegistryError, WtcError
from wtc.namespace import is_namespace
from wtc.private_folder import make_private_folder
from wtc.registry import file_lock
from wtc.registry.codec import DamagedError, DecodedRegistry, NewerVersionError, decode_registry, encode_registry
from wtc.registry.kept_forms import KeptForms
from wtc.registry.stack_records import StackRecords
from wtc.regular_file import read_descriptor
from wtc.static_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wtc.registry.memory_reservations import MemoryReservations

_FILE = "registry.json"
_MEMORY_LOCK = "memory.lock"


def _lock_of(namespace: str) -> str:
    """Raises WtcError if the name could lead out of the folder."""
    if not is_namespace(namespace):
        raise WtcError(f"`{namespace}` is not a valid namespace")
    return os.path.join("locks", f"{namespace}.lock")


def _ignore(_message: str) -> None:
    pass


class Store:
    """The registry in one config folder.

    `waiting` gets a line of text when a lock is not free within `patience_s`, and again every few seconds.
    """

    def __init__(self, directory: str, *, waiting: Callable[[str], None] = _ignore, patience_s: float = 1.0) -> None:
        self._directory = directory
        self._path = os.path.join(directory, _FILE)
        self._waiting = waiting
        self._patience_s = patience_s
        self._last: tuple[bytes | None, DecodedRegistry] = (None, DecodedRegistry())
        """The content that was decoded last: a command reads the file several times."""
        self.kept = KeptForms(directory)
        """The files of stacks that go when the registry drops the stack."""

    def read(self) -> StackRecords:
        """Return the registry as it is now; changes to it are lost. Create nothing.

        A damaged file is set aside, and its valid entries are written again. A file that this wtc cannot read, or that
        a newer one wrote, reads as empty, with the reason in `refusal`.
        """
        try:
            found = self._decoded()
        except RegistryError as refusal:
            return StackRecords(refusal=refusal)
        except DamagedError as damage:
            found = DecodedRegistry(rejected=(str(damage),))
        if not found.rejected:
            return StackRecords(stacks=found.stacks)
        try:
            with self._locked():
                return self._load()
        except RegistryError:
            warnings = tuple(f"the registry `{self._path}` is damaged: {reason}" for reason in found.rejected)
            return StackRecords(stacks=found.stacks, warnings=warnings)

    def peek(self) -> StackRecords:
        """Return the valid entries of the registry; repair and report no damage, as `read` does."""
        try:
            return StackRecords(stacks=self._decoded().stacks)
        except RegistryError as refusal:
            return StackRecords(refusal=refusal)
        except DamagedError:
            return StackRecords()

    def require(self) -> None:
        """Raise the errors of a transaction about the file, for a command that acts before it writes.

        Raises:
            NewerRegistryError: a newer wtc wrote the file.
            RegistryError: the file cannot be read.
        """
        with suppress(DamagedError):
            self._decoded()

    @contextmanager
    def transaction(self) -> Generator[StackRecords]:
        """Lock and read the registry; write the changes of the body at the end.

        Keep it short: every other wtc waits. If the body raises, nothing is written.

        Raises:
            NewerRegistryError: a newer wtc wrote the file.
            RegistryError: the file cannot be read, or the config folder cannot be written.
        """
        with self._locked():
            records = self._load()
            before = dict(records.stacks)
            yield records
            if records.stacks != before:
                self._write(self._path, encode_registry(records.stacks))
                for dropped in before.keys() - records.stacks.keys():
                    self.kept.remove(dropped)

    @contextmanager
    def stack_lock(self, namespace: str, *, discard: bool = False) -> Generator[None]:
        """Hold the lock of one stack, to change the stack. A process must not take it twice.

        With `discard`, for a stack that no longer exists, the lock file is removed.

        Raises:
            RegistryError: the config folder cannot be written.
            WtcError: the namespace is not valid.
        """
        with self._lock_file(_lock_of(namespace), f"`{namespace}`", discard=discard):
            yield

    @contextmanager
    def lock_at(self, path: str, what: str) -> Generator[None]:
        """Lock a file outside the config folder, in a folder that exists. Processes that wait show `what`.

        Raises:
            RegistryError: the file cannot be locked.
        """
        with self._held(path, what, discard=False):
            yield

    def inheritable_stack_lock(self, namespace: str) -> int | None:
        """Return the lock of one stack as a descriptor that another process may inherit; None if it is held.

        Raises:
            OSError: the config folder cannot be written.
            WtcError: the namespace is not valid.
        """
        path = os.path.join(self._directory, _lock_of(namespace))
        self._create_folder_of(path)
        return file_lock.inheritable_lock(path)

    @contextmanager
    def admission(self) -> "Generator[MemoryReservations]":
        """Lock and return the reservations of engines' memory.

        Raises:
            WtcError: the config folder cannot be written.
        """
        with self._lock_file(_MEMORY_LOCK, "the memory check"):
            yield self._reservations()

    def _reservations(self) -> "MemoryReservations":
        from wtc.registry.memory_reservations import MemoryReservations

        return MemoryReservations(os.path.join(self._directory, "memory"), unwritable=self._unwritable)

    def _has_reservations(self) -> bool:
        """Return whether another command can have reserved memory: it leaves the file of the lock."""
        return os.path.exists(os.path.join(self._directory, _MEMORY_LOCK))

    @contextmanager
    def _locked(self) -> Generator[None]:
        with self._lock_file("registry.lock", "the registry"):
            yield

    @contextmanager
    def _lock_file(self, name: str, what: str, *, discard: bool = False) -> Generator[None]:
        path = os.path.join(self._directory, name)
        try:
            self._create_folder_of(path)
        except OSError as error:
            raise self._unwritable(error) from error
        with self._held(path, what, discard=discard):
            yield

    def _create_folder_of(self, path: str) -> None:
        """Raises OSError."""
        make_private_folder(os.path.dirname(path))

    @contextmanager
    def _held(self, path: str, what: str, *, discard: bool) -> Generator[None]:
        def wait(holder: str) -> None:
            self._waiting(f"waiting for another wtc{f' (process {holder})' if holder else ''} to finish with {what}")

        try:
            held = file_lock.acquire_lock(path, patience_s=self._patience_s, waiting=wait)
        except OSError as error:
            raise self._unwritable(error) from error
        try:
            yield
        finally:
            if discard:
                held.discard(path)
            else:
                held.release()

    def _load(self) -> StackRecords:
        """Return the content of the file, after a copy of a damaged one. Only under the lock.

        Raises:
            RegistryError: the file cannot be read, set aside or written again.
        """
        try:
            found = self._decoded()
        except DamagedError as damage:
            found = DecodedRegistry(rejected=(str(damage),))
            aside = self._free_aside()
            self._set_aside(aside)
        else:
            if not found.rejected:
                return StackRecords(stacks=found.stacks)
            aside = self._free_aside()
            # A copy: after a crash between the two writes, the registry still has all its valid entries.
            self._write(aside, self._content() or b"")
            self._write(self._path, encode_registry(found.stacks))
        warnings = tuple(
            f"the registry `{self._path}` was damaged: {reason}; it was kept as `{aside}`" for reason in found.rejected
        )
        return StackRecords(stacks=found.stacks, warnings=warnings)

    def _decoded(self) -> DecodedRegistry:
        """Raises DamagedError and RegistryError."""
        content = self._content()
        if content is None:
            return DecodedRegistry()
        if content != self._last[0]:
            try:
                self._last = content, decode_registry(content)
            except NewerVersionError as newer:
                raise self._newer(newer) from None
        found = self._last[1]
        return DecodedRegistry(stacks=dict(found.stacks), rejected=found.rejected)

    def _content(self) -> bytes | None:
        """Return the content; None without a file. Raises RegistryError; DamagedError if it is not a regular file."""
        try:
            # Opening a FIFO must not wait for a writer.
            descriptor = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            if error.errno in {errno.ELOOP, errno.ENXIO}:
                raise DamagedError("it is not a file") from None
            raise self._unreadable(error) from error
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise DamagedError("it is not a file")
            return read_descriptor(descriptor, self._path)
        except OSError as error:
            if error.errno == errno.EFBIG:
                raise DamagedError("it is too large") from None
            raise self._unreadable(error) from error
        finally:
            os.close(descriptor)

    def _set_aside(self, aside: str) -> None:
        try:
            os.rename(self._path, aside)
        except OSError as error:
            raise self._unwritable(error) from error

    def _free_aside(self) -> str:
        for number in range(1, 10_000):
            aside = f"{self._path}.damaged-{number}"
            if not os.path.lexists(aside):
                return aside
        raise self._unwritable(OSError(errno.EEXIST, "too many damaged registries were kept"))

    def _write(self, path: str, content: bytes) -> None:
        # Under the lock one name for the new file is enough; the next write replaces the rest of a crashed one.
        new = f"{self._path}.new"
        try:
            descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(descriptor)
            os.replace(new, path)
            self._sync_directory()
        except OSError as error:
            # What was written of it takes space on a full disk.
            with suppress(OSError):
                os.unlink(new)
            raise self._unwritable(error) from error

    def _sync_directory(self) -> None:
        descriptor = os.open(self._directory, os.O_RDONLY | os.O_CLOEXEC | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def _newer(self, newer: NewerVersionError) -> NewerRegistryError:
        return NewerRegistryError(
            f"a newer wtc wrote the registry `{self._path}`: {newer}",
            hints=[
                "to use it, run `uv tool upgrade worktree-container-manager`",
                "to use another registry, set `WTC_CONFIG_DIR`",
            ],
        )

    def _unreadable(self, error: OSError) -> RegistryError:
        return RegistryError(
            f"cannot read the registry `{self._path}`",
            causes=[(error.strerror or str(error)).lower()],
            hints=[f"to make it readable, run `sudo chown -R $(id -u) {self._directory}`"],
        )

    def _unwritable(self, error: OSError) -> RegistryError:
        return RegistryError(
            f"cannot write the registry in `{self._directory}`",
            causes=[(error.strerror or str(error)).lower()],
            hints=["to keep it in another folder, set `WTC_CONFIG_DIR`"],
        )
