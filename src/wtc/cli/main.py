"""The entry point: run a command and return its exit status."""

import os
import sys
from collections.abc import Sequence
from contextlib import suppress

from wtc.cli.command_table import COMPLETE, VERSION
from wtc.cli.error_format import ErrorFormat, error_format
from wtc.cli.plain_parser import parse_line
from wtc.cli.signals import interrupt_on_signal, interrupted_status
from wtc.errors import Exit, InternalError, InterruptedByUserError, WtcError
from wtc.static_typing import Any, NoReturn

GARBAGE = 200_000
"""New objects before the interpreter searches for reference cycles."""


def main() -> NoReturn:
    """Run `wtc` and exit."""
    import gc

    from wtc.imports.bytecode_finder import install_bytecode_finder

    install_bytecode_finder()

    from wtc.cli.terminal.streams import prepare_streams

    # Most calls end before a search for garbage pays; long ones still search.
    gc.set_threshold(GARBAGE)
    prepare_streams()
    status = run(sys.argv[1:])
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, WtcError):
            stream.flush()
    # Everything is closed by now, and an orderly end of the interpreter takes a tenth of a call.
    os._exit(status)


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit status, one of `wtc.errors.Exit` or that of a program that it ran."""
    try:
        with interrupt_on_signal():
            return _run(arguments)
    except KeyboardInterrupt:
        # It arrived while an error was being reported, or while the handlers were set.
        return interrupted_status()


def _run(arguments: Sequence[str]) -> int:
    wanted = ErrorFormat()
    try:
        if arguments[:1] and arguments[0].startswith("-"):
            from wtc.cli.global_options import move_global_options

            arguments = move_global_options(arguments)
        if any(word.startswith("-") and "=" in word for word in arguments):
            from wtc.cli.values.go_values import rewrite_go_values

            arguments = rewrite_go_values(arguments)
        line = None if COMPLETE in os.environ else parse_line(arguments)
        wanted = error_format(arguments) if line is None else line.error_format()
        status = _status(_run_library(arguments) if line is None else line.run())
        with suppress(BrokenPipeError):
            sys.stdout.flush()
    except WtcError as error:
        return _report_error(error, wanted)
    except KeyboardInterrupt:
        return _report_interrupt(wanted)
    except BrokenPipeError:
        # The reader closed our standard output, as `head` does: not a failure.
        return Exit.DONE
    except Exception as error:  # noqa: BLE001 - an exception that nothing expects is a bug
        from wtc.cli.usage.usage_errors import usage_error

        found = usage_error(error, arguments) or InternalError.caused_by(error)
        if isinstance(found, InterruptedByUserError):
            found = found.replace(exit_status=interrupted_status())
        return _report_error(found, wanted)
    return status


def _run_library(arguments: Sequence[str]) -> Any:
    """Run a line that is not a plain one, and return its result: the command-line library parses most of them."""
    if arguments in (["--version"], ["-v"]):
        sys.stdout.write(f"{VERSION}\n")
        return Exit.DONE
    if arguments[:1] in (["--show-completion"], ["--install-completion"]):
        from wtc.cli.install_completion import install_completion

        return install_completion(*arguments)
    from wtc.cli.app import build_app

    if arguments[:1] == ["help"]:
        arguments = [*(word for word in arguments if word != "help"), "--help"]
    app = build_app()
    if COMPLETE in os.environ:
        app.main(args=list(arguments), prog_name="wtc", standalone_mode=False)
        return None
    from typer import Exit as Left

    try:
        with app.make_context("wtc", list(arguments) or ["--help"]) as context:
            return app.invoke(context)
    except Left as left:
        return left.exit_code


def _status(result: Any) -> int:
    """Return the exit status for the result of a command."""
    return result if isinstance(result, int) else Exit.DONE


def _report_error(error: WtcError, wanted: ErrorFormat) -> int:
    from wtc.cli.render.errors import show_error

    try:
        show_error(error, wanted)
        sys.stdout.flush()
    except (WtcError, BrokenPipeError):
        pass  # the first failure decides the exit status
    finally:
        if wanted.debug:
            import traceback

            traceback.print_exc()
    return int(error.exit_status)


def _report_interrupt(wanted: ErrorFormat) -> int:
    """Print nothing for a person or in a stream of lines; print an error if one JSON document is expected."""
    from wtc.cli.terminal.streams import discard_unwritten

    if wanted.as_json and not wanted.as_line:
        return _report_error(InterruptedByUserError("interrupted", exit_status=interrupted_status()), wanted)
    discard_unwritten()
    return interrupted_status()
