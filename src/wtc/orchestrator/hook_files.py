"""Read and write the hook files of harnesses and of git."""

import codecs
import errno
import os
from contextlib import suppress

from wtc.errors import WtcError


def read_hook_file(path: str, *, binary: bool = False) -> str | None:
    """Return the text of the file; None if it does not exist. With `binary` it may have any content.

    Raises:
        WtcError: it cannot be read, is not a regular file, or is not text.
    """
    try:
        if os.path.exists(path) and not os.path.isfile(path):
            raise WtcError(f"cannot read `{path}`", causes=["it is not a regular file"])
        errors = "surrogateescape" if binary else "strict"
        with open(path, encoding="utf-8-sig", errors=errors, newline="") as file:
            return file.read()
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise WtcError(f"cannot read `{path}`", causes=[(why or str(error)).lower()]) from error


def write_hook_file(path: str, text: str, *, executable: bool = False) -> None:
    """Write the file atomically; keep a symbolic link to it, its permissions and its byte order mark.

    Raises:
        WtcError: it cannot be written.
    """
    real = os.path.realpath(path)
    new = f"{real}.wtc-{os.getpid()}"
    try:
        # A read-only file is meant to stay as it is, also for its owner.
        if os.path.exists(real) and not os.stat(real).st_mode & 0o222:
            raise PermissionError(errno.EACCES, "it is read-only")
        os.makedirs(os.path.dirname(real), exist_ok=True)
        with open(new, "x", encoding="utf-8-sig" if _is_marked(real) else "utf-8", newline="") as file:
            file.write(text)
            with suppress(FileNotFoundError):
                os.fchmod(file.fileno(), os.stat(real).st_mode & 0o7777)
            if executable:
                mode = os.fstat(file.fileno()).st_mode
                # Executable for all who may read it.
                os.fchmod(file.fileno(), (mode | (mode & 0o444) >> 2) & 0o7777)
        os.replace(new, real)
    except OSError as error:
        raise WtcError(f"cannot write `{path}`", causes=[(error.strerror or str(error)).lower()]) from error
    finally:
        with suppress(OSError):
            os.unlink(new)


def _is_marked(path: str) -> bool:
    try:
        with open(path, "rb") as file:
            return file.read(len(codecs.BOM_UTF8)) == codecs.BOM_UTF8
    except FileNotFoundError:
        return False
