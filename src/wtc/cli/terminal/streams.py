"""The standard streams as wtc wants them: there, able to write whatever comes, and patient with who reads them."""

import codecs
import io
import os
import sys
from typing import TYPE_CHECKING, TextIO, cast

from wtc.errors import WtcError

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


def prepare_streams() -> None:
    """Puts the process's streams in order; to be called once, before anything is opened or written."""
    for number in range(3):
        _ensure_open(number)
    codecs.register_error("as-it-is", _escape_undecodable)
    if sys.stdin is None:
        sys.stdin = io.TextIOWrapper(io.BufferedReader(io.FileIO(0, closefd=False)), "utf-8", "surrogateescape")
    sys.stdout = _text_stream(_Answer(1, "wb", closefd=False), sys.stdout, errors="as-it-is")
    sys.stderr = _text_stream(_Narration(2, "wb", closefd=False), sys.stderr, errors="backslashreplace")


def discard_unwritten() -> None:
    """Discard what is buffered for standard output, and everything that is written to it afterwards.

    Call it once a signal's handler has raised out of a write. The buffer then still has bytes that may be written
    already. To flush them at the exit would write them twice, wait for a reader that has stopped reading, or fail
    because the terminal is closed, and so replace the exit status of the signal.
    """
    raw = cast("io.BufferedWriter", sys.stdout.buffer).raw
    if isinstance(raw, _Output):
        raw.discard()


class _Output(io.FileIO):
    """Says once that it cannot be written, and from then on takes whatever comes."""

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
        # Who shares it with us, as Node does, may have made it one that does not block.
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
    """What nobody can read is no reason to leave undone what was asked for."""

    def _on_loss(self, error: OSError) -> None:
        del error


def _ensure_open(number: int) -> None:
    """One that is closed reads nothing and writes nowhere, rather than the next file that is opened."""
    try:
        os.fstat(number)
    except OSError:
        os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)


def _text_stream(raw: _Output, before: "TextIO | None", *, errors: str) -> io.TextIOWrapper:
    encoding = getattr(before, "encoding", None) or "utf-8"
    return io.TextIOWrapper(io.BufferedWriter(raw), encoding, errors, line_buffering=raw.fileno() == 2 or raw.isatty())


def _escape_undecodable(error: UnicodeError) -> tuple[str | bytes, int]:
    """What was no text to begin with, as in a path, comes out as it was; what the encoding lacks is escaped."""
    try:
        return codecs.lookup_error("surrogateescape")(error)
    except UnicodeError:
        return codecs.lookup_error("backslashreplace")(error)
