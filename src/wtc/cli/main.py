"""The way in: runs a command and turns whatever comes of it into an exit status."""

import sys
from collections.abc import Sequence
from typing import NoReturn

from wtc.errors import Exit, WtcError


def main() -> NoReturn:
    """`wtc`."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Runs one command line.

    Returns: its exit status, as `wtc.errors.Exit` lists them.
    """
    try:
        if arguments[:1] and arguments[0].startswith("-"):
            from wtc.cli.leading import behind_the_command

            arguments = behind_the_command(arguments)
        if arguments[:1] == ["config"] and _quickly(arguments[1:]):
            return Exit.DONE
        from wtc.cli.app import build

        result = build().main(args=list(arguments), prog_name="wtc", standalone_mode=False)
        sys.stdout.flush()
        return result if isinstance(result, int) else Exit.DONE
    except WtcError as error:
        return _failed(error, arguments)
    except KeyboardInterrupt:
        return Exit.INTERRUPTED
    except BrokenPipeError:
        return _pipe_closed()
    except SystemExit as left:
        # The command-line library takes a reader that has gone for a failure.
        if isinstance(left.__context__, BrokenPipeError):
            return _pipe_closed()
        raise
    except Exception as error:  # noqa: BLE001 - the last resort: whatever it is, it is wtc's own bug
        from wtc.cli.usage import usage_error

        if (usage := usage_error(error)) is not None:
            return _failed(usage, arguments)
        return _bug(error, arguments)


def _quickly(arguments: Sequence[str]) -> bool:
    from wtc.cli.quick import config

    done = config(arguments)
    sys.stdout.flush()
    return done


def _failed(error: WtcError, arguments: Sequence[str]) -> int:
    from wtc.cli.render.errors import show_error

    show_error(error, as_json="--json" in arguments, as_line=_tells_events(arguments))
    if "--debug" in arguments:
        _traceback()
    return error.exit_status


def _bug(error: Exception, arguments: Sequence[str]) -> int:
    from wtc.cli.render.errors import show_error

    # Its text is left out: it may hold a value of the user's environment.
    bug = WtcError(
        f"wtc came upon a bug of its own: {type(error).__name__}",
        hints=["to see where, run the command again with `--debug`", "to have it mended, report it with that output"],
    )
    show_error(bug, as_json="--json" in arguments, as_line=_tells_events(arguments), status=Exit.BUG)
    if "--debug" in arguments:
        _traceback()
    return Exit.BUG


def _tells_events(arguments: Sequence[str]) -> bool:
    """Whether standard error is to be JSON lines; looked for here, since errors may come before options are read."""
    from itertools import pairwise

    return "--events=json" in arguments or ("--events", "json") in pairwise(arguments)


def _traceback() -> None:
    import traceback

    traceback.print_exc()


def _pipe_closed() -> int:
    """The reader of our output has gone, as `head` does: that is no failure, and the last flush must not complain."""
    import os

    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(nowhere, stream.fileno())
    return Exit.DONE
