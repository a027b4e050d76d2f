"""Prepare the standard streams: open, safe for a terminal, able to encode any text, robust against slow readers."""

import codecs
import io
import os
import sys

from wtc.cli.terminal.escape import Verbatim, escape_control
from wtc.errors import WtcError
from wtc.static_typing import TYPE_CHECKING, TextIO, cast

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


def prepare_streams() -> None:
    """Replace the process's standard streams. Call it once, before anything is opened or written."""
    for number in range(3):
        _ensure_open(number)
    codecs.register_error("as-it-is", _restore_bytes)
    codecs.register_error("escape", _escape_unencodable)
    if sys.stdin is None:
        sys.stdin = io.TextIOWrapper(io.BufferedReader(io.FileIO(0, closefd=False)), "utf-8", "surrogateescape")
    sys.stdout = _text_stream(
        _Answer(1, "wb", closefd=False), sys.stdout, errors="escape" if os.isatty(1) else "as-it-is"
    )
    sys.stderr = _text_stream(_Narration(2, "wb", closefd=False), sys.stderr, errors="escape")


def discard_unwritten() -> None:
    """Discard what is buffered for standard output, and everything that is written to it afterwards.

    Call it once a signal's handler has raised out of a write. The buffer then still has bytes that may be written
    already. To flush them at the exit would write them twice, wait for a reader that has stopped reading, or fail
    because the terminal is closed, and so replace the exit status of the signal.
    """
    raw = cast("io.BufferedWriter", sys.stdout.buffer).raw
    if isinstance(raw, _Output):
        raw.discard()


class _EscapingStream(io.TextIOWrapper):
    """A text stream that escapes the control characters of all text but `Verbatim`."""

    def write(self, text: str, /) -> int:
        super().write(text if isinstance(text, Verbatim) else escape_control(text))
        return len(text)


class _Output(io.FileIO):
    """A stream that reports its first write error, and then discards all output."""

    _lost = False

    def discard(self) -> None:
        """Write nothing from now on."""
        self._lost = True

    def write(self, data: "ReadableBuffer", /) -> int:
        if not self._lost:
            try:
                return self._write(data)
            except OSError as error:
                self._lost = True
                self._on_loss(error)
        return len(memoryview(data))

    def _write(self, data: "ReadableBuffer") -> int:
        # A process that shares the stream, such as Node, may have made it non-blocking.
        while (written := cast("int | None", super().write(data))) is None:
            from select import select

            select([], [self], [])
        return written

    def _on_loss(self, error: OSError) -> None:
        raise NotImplementedError


class _Answer(_Output):
    def _on_loss(self, error: OSError) -> None:
        if isinstance(error, BrokenPipeError):
            raise error
        raise WtcError("the output could not be written", causes=[(error.strerror or str(error)).lower()]) from error


class _Narration(_Output):
    """Standard error that ignores a closed reader or a full disk, so that the command is carried out."""

    def _on_loss(self, error: OSError) -> None:
        del error


def _ensure_open(number: int) -> None:
    """Open `/dev/null` for a closed descriptor, so that the next opened file does not get its number."""
    try:
        os.fstat(number)
    except OSError:
        os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)


def _text_stream(raw: _Output, before: "TextIO | None", *, errors: str) -> io.TextIOWrapper:
    encoding = getattr(before, "encoding", None) or "utf-8"
    return _EscapingStream(io.BufferedWriter(raw), encoding, errors, line_buffering=raw.fileno() == 2 or raw.isatty())


def _restore_bytes(error: UnicodeError) -> tuple[str | bytes, int]:
    """Restore bytes that are not text, as in paths; escape characters that the encoding lacks."""
    try:
        return codecs.lookup_error("surrogateescape")(error)
    except UnicodeError:
        return _escape_unencodable(error)


def _escape_unencodable(error: UnicodeError) -> tuple[str | bytes, int]:
    r"""Escape characters that the encoding lacks, and bytes that are not text, as `\u2714` and `\xff`."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    found = error.object[error.start : error.end]
    return "".join(map(_escape_character, found)), error.end


def _escape_character(character: str) -> str:
    byte = ord(character) - 0xDC00  # of `surrogateescape`
    if 0x80 <= byte <= 0xFF:
        return f"\\x{byte:02x}"
    return character.encode("ascii", "backslashreplace").decode()
