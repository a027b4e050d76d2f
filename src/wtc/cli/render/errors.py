"""Errors and diagnostics as text, and printing an error."""

import os
import sys

from wtc.cli.error_format import ErrorFormat
from wtc.cli.render.error_documents import error_document
from wtc.cli.terminal.escape import Verbatim, escaped
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


def error_text(error: WtcError) -> Verbatim:
    """Return what failed, where, why, and what to do next.

    Diagnostics replace the message. Those of a compose file are errors; of a run, the first is the error, with the
    causes, and the others are what else failed.
    """
    is_finding = isinstance(error, ComposeFileError)
    texts: list[str] = [diagnostic_text(d, also=n > 0 and not is_finding) for n, d in enumerate(error.diagnostics)]
    first, *others = texts or [_headline("error", RED, error.message)]
    parts = [first, *(f"caused by: {cause}\n" for cause in error.causes), *others]
    if error.detail:
        parts += ["\n", *(f"  | {line}\n" for line in error.detail.rstrip("\n").splitlines())]
    if error.notes:
        parts += ["\n", *(f"{note}\n" for note in error.notes)]
    if error.hints:
        parts += ["\n", *map(hint_text, error.hints)]
    return escaped(*parts)


def diagnostic_text(diagnostic: Diagnostic, *, also: bool = False) -> Verbatim:
    """Return a diagnostic with its place; on one line if wtc ignores an attribute, because a file may have many.

    With `also`, an error is one of several, and follows another one.
    """
    is_error = diagnostic.severity is Severity.ERROR
    word, colour = ("also" if also else "error", RED) if is_error else ("warning", YELLOW)
    position = diagnostic.position
    place = f"{shown_path(position.file)}:{position.line}:{position.column}" if position else ""
    if diagnostic.severity is Severity.UNSUPPORTED:
        return _headline(word, colour, f"{diagnostic.message} ({place})" if place else diagnostic.message)
    parts: list[str] = [_headline(word, colour, diagnostic.message)]
    if place:
        where = f"{place}  {dotted(diagnostic.path)}".rstrip()
        parts += ["  ", paint("-->", BLUE, BOLD, stream=sys.stderr), f" {where}\n"]
        named = f"`{diagnostic.service}`"
        if diagnostic.service and diagnostic.path[:1] != ("services",) and named not in "".join(parts):
            parts.append(f"      used by service {named}\n")
    if diagnostic.hint:
        parts.append(hint_text(diagnostic.hint))
    return escaped(*parts)


def shown_path(path: str) -> str:
    """Return the path relative to the current folder, if it is inside it."""
    try:
        relative = os.path.relpath(path)
    except OSError:
        return path
    return path if relative.startswith("..") or not path.startswith("/") else relative


def _headline(word: str, colour: str, message: str) -> Verbatim:
    return escaped(paint(f"{word}:", colour, BOLD, stream=sys.stderr), f" {message}\n")


def hint_text(text: str) -> Verbatim:
    """Return a hint as a line."""
    return escaped(paint("hint:", CYAN, BOLD, stream=sys.stderr), f" {text}\n")
