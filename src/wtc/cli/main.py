"""The way in: runs a command and turns whatever comes of it into an exit status."""

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import NoReturn

from wtc.errors import Exit, InterruptedByUserError, WtcError

GARBAGE = 50_000
"""So many new objects before the interpreter looks for those that only refer to each other."""


def main() -> NoReturn:
    """`wtc`."""
    import gc

    from wtc.cli.terminal.streams import prepare_streams

    # Most calls are over before there is garbage worth looking for; those that go on and on still look.
    gc.set_threshold(GARBAGE)
    prepare_streams()
    status = run(sys.argv[1:])
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, WtcError):
            stream.flush()
    # All is closed by now, and taking the interpreter down in order costs a tenth of a call.
    os._exit(status)


def run(arguments: Sequence[str]) -> int:
    """Runs one command line.

    Returns: its exit status, as `wtc.errors.Exit` lists them.
    """
    try:
        if arguments[:1] and arguments[0].startswith("-"):
            from wtc.cli.global_options import move_global_options

            arguments = move_global_options(arguments)
        status = _run_command(arguments)
        with suppress(BrokenPipeError):
            sys.stdout.flush()
    except WtcError as error:
        return _report_error(error, arguments)
    except KeyboardInterrupt:
        return _report_interrupt(arguments)
    except BrokenPipeError:
        # The reader of our output has gone, as `head` does: that is no failure.
        return Exit.DONE
    except Exception as error:  # noqa: BLE001 - the last resort: whatever it is, it is wtc's own bug
        from wtc.cli.usage_errors import usage_error

        if (usage := usage_error(error)) is not None:
            return _report_error(usage, arguments)
        return _report_bug(error, arguments)
    return status


def _run_command(arguments: Sequence[str]) -> int:
    if arguments[:1] == ["config"]:
        from wtc.cli.fast_config import run_config

        if run_config(arguments[1:]):
            return Exit.DONE
    if arguments[:1] in (["--show-completion"], ["--install-completion"]):
        from wtc.cli.install_completion import install_completion

        return install_completion(*arguments)
    from wtc.cli.app import COMPLETE, build_app

    app = build_app()
    if COMPLETE in os.environ:
        app.main(args=list(arguments), prog_name="wtc", standalone_mode=False)
        return Exit.DONE
    from typer import Exit as Left

    try:
        with app.make_context("wtc", list(arguments)) as context:
            result = app.invoke(context)
    except Left as left:
        return left.exit_code
    return result if isinstance(result, int) else Exit.DONE


def _report_error(error: WtcError, arguments: Sequence[str], *, status: int | None = None) -> int:
    from wtc.cli.error_format import error_format
    from wtc.cli.render.errors import show_error

    status = int(error.exit_status) if status is None else status
    wanted = error_format(arguments)
    try:
        show_error(error, wanted, status=status)
        sys.stdout.flush()
    except (WtcError, BrokenPipeError):
        # Of the two failures the first one counts.
        return status
    finally:
        if wanted.debug:
            import traceback

            traceback.print_exc()
    return status


def _report_bug(error: Exception, arguments: Sequence[str]) -> int:
    # Its text is left out: it may hold a value of the user's environment.
    bug = WtcError(
        f"wtc came upon a bug of its own: {type(error).__name__}",
        hints=["to see where, run the command again with `--debug`", "to have it mended, report it with that output"],
    )
    return _report_error(bug, arguments, status=Exit.BUG)


def _report_interrupt(arguments: Sequence[str]) -> int:
    """Ctrl-C is no news to a person, and the ordinary end of what goes on and on; one document has yet to come."""
    from wtc.cli.error_format import error_format
    from wtc.cli.terminal.streams import discard_unwritten

    wanted = error_format(arguments)
    if wanted.as_json and not wanted.as_line:
        return _report_error(InterruptedByUserError("interrupted"), arguments)
    discard_unwritten()
    return Exit.INTERRUPTED
