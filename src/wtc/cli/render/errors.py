"""Errors and diagnostics as text, and printing an error."""

import os
import sys

from wtc.cli.error_format import ErrorFormat
from wtc.cli.render.error_documents import error_document
from wtc.cli.terminal.escape import escape_control
from wtc.cli.terminal.output import print_json
from wtc.cli.terminal.style import BLUE, BOLD, CYAN, RED, YELLOW, paint
from wtc.errors import ComposeFileError, WtcError
from wtc.model.diagnostic import Diagnostic, Severity
from wtc.model.position import dotted


def show_error(error: WtcError, wanted: ErrorFormat = ErrorFormat()) -> None:
    """Print the error on standard error, as an event if events are JSON; with `--json`, also on standard output."""
    if wanted.events:
        from wtc.cli.render.json_reporter import failed

        failed(error)
    else:
        sys.stderr.write(error_text(error))
        sys.stderr.flush()
    if wanted.as_json:
        print_json({"error": error_document(error)}, ok=False, as_line=wanted.as_line)


def error_text(error: WtcError) -> str:
    """Return what failed, where, why, and what to do next.

    Diagnostics replace the message. Those of a compose file are errors; of a run, the first is the error, with the
    causes, and the others are what else failed.
    """
    is_finding = isinstance(error, ComposeFileError)
    texts = [diagnostic_text(d, also=n > 0 and not is_finding) for n, d in enumerate(error.diagnostics)]
    first, *others = texts or [_headline("error", RED, error.message)]
    parts = [first, *(f"caused by: {escape_control(cause)}\n" for cause in error.causes), *others]
    if error.detail:
        parts.append("\n" + "".join(f"  | {escape_control(line)}\n" for line in error.detail.rstrip("\n").splitlines()))
    if error.notes:
        parts.append("\n" + "".join(f"{escape_control(note)}\n" for note in error.notes))
    if error.hints:
        parts.append("\n" + "".join(_hint(hint) for hint in error.hints))
    return "".join(parts)


def diagnostic_text(diagnostic: Diagnostic, *, also: bool = False) -> str:
    """Return a diagnostic with its place; on one line if wtc ignores an attribute, because a file may have many.

    With `also`, an error is one of several, and follows another one.
    """
    is_error = diagnostic.severity is Severity.ERROR
    word, colour = ("also" if also else "error", RED) if is_error else ("warning", YELLOW)
    position = diagnostic.position
    place = f"{shown_path(position.file)}:{position.line}:{position.column}" if position else ""
    if diagnostic.severity is Severity.UNSUPPORTED:
        return _headline(word, colour, f"{diagnostic.message} ({place})" if place else diagnostic.message)
    text = _headline(word, colour, diagnostic.message)
    if place:
        where = f"{place}  {dotted(diagnostic.path)}".rstrip()
        text += f"  {paint('-->', BLUE, BOLD, stream=sys.stderr)} {escape_control(where)}\n"
        if diagnostic.service and diagnostic.path[:1] != ("services",) and f"`{diagnostic.service}`" not in text:
            text += f"      used by service `{escape_control(diagnostic.service)}`\n"
    if diagnostic.hint:
        text += _hint(diagnostic.hint)
    return text


def shown_path(path: str) -> str:
    """Return the path relative to the current folder, if it is inside it."""
    try:
        relative = os.path.relpath(path)
    except OSError:
        return path
    return path if relative.startswith("..") or not path.startswith("/") else relative


def _headline(word: str, colour: str, message: str) -> str:
    return f"{paint(f'{word}:', colour, BOLD, stream=sys.stderr)} {escape_control(message)}\n"


def _hint(text: str) -> str:
    return f"{paint('hint:', CYAN, BOLD, stream=sys.stderr)} {escape_control(text)}\n"
