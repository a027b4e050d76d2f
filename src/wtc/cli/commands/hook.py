"""`wtc hook`: the command that Claude Code's hooks call, with JSON on standard input. `--help` does not list it."""

import os
import select
import sys
import time
from collections.abc import Callable

from wtc.cli.declarations import Argument, Option
from wtc.cli.options import require_one_of, without_target
from wtc.cli.target import make_target
from wtc.errors import Exit, InternalError, UsageError, WtcError
from wtc.static_typing import Annotated, Any

EXAMPLES = "Example: wtc hook claude-worktree-remove <event.json"
CREATED, REMOVED = "claude-worktree-create", "claude-worktree-remove"
_READ_TIMEOUT_S = 5.0
_MAX_INPUT_BYTES = 1 << 20


@without_target
def command(
    event: Annotated[str, Argument(metavar=f"{CREATED}|{REMOVED}")],
    file: Annotated[
        list[str] | None, Option("--file", metavar="FILE", help="A compose file, by its path in the worktree.")
    ] = None,
) -> int:
    """Create a worktree for Claude Code, or remove one: its `WorktreeCreate` and `WorktreeRemove` hooks.

    The first reads `{"name": ..., "cwd": ...}` on standard input and prints the path of the worktree that it created.
    The second reads `{"worktree_path": ...}`. It removes nothing of a worktree that is dirty or locked. It fails only
    if the worktree stays: Claude Code then keeps the session, to remove it later. All errors are printed.
    """
    if require_one_of("event", event, (CREATED, REMOVED)) == CREATED:
        _create(_document(), tuple(file or ()))
        return Exit.DONE
    worktree = str(_document().get("worktree_path") or "")
    status = _report_errors(lambda: _remove(worktree))
    return status if _is_worktree(worktree) else Exit.DONE


def _create(given: dict[str, Any], files: tuple[str, ...]) -> None:
    from wtc.cli.render.errors import show_error
    from wtc.cli.render.warnings import report_warnings
    from wtc.cli.terminal.output import print_exact
    from wtc.dataclass import replace
    from wtc.orchestrator.hook import create_worktree

    name = given.get("name") or given.get("worktree_name")
    if not isinstance(name, str):
        raise UsageError("standard input has no `name`", hints=["to make a worktree yourself, run `git worktree add`"])
    place = given.get("cwd")
    target = make_target()
    if isinstance(place, str) and os.path.isabs(place):
        target = replace(target, cwd=place)
    path = create_worktree(replace(target, files=files), name, report_warnings, show_error)
    print_exact(f"{path}\n")


def _report_errors(work: Callable[[], None]) -> int:
    """Do the work and return its exit status; errors are printed."""
    from wtc.cli.render.errors import show_error
    from wtc.cli.signals import interrupted_status

    try:
        work()
    except WtcError as error:
        show_error(error)
        return error.exit_status
    except KeyboardInterrupt:
        return interrupted_status()
    except BrokenPipeError:
        return Exit.FAILED
    except Exception as error:  # noqa: BLE001 - a worktree that is removed must not count as one that stays
        bug = InternalError.caused_by(error, hints=["to remove the rest of the stack, run `wtc clean --gone`"])
        show_error(bug)
        return bug.exit_status
    return Exit.DONE


def _is_worktree(path: str) -> bool:
    """Return whether the absolute path is a worktree. A folder without `.git` is not: a retry would never end."""
    return path.startswith("/") and _can_be_a_path(path) and os.path.lexists(os.path.join(path, ".git"))


def _remove(worktree: str) -> None:
    from wtc.cli.reporting import choose_reporter, stop_on_signal
    from wtc.cli.terminal.output import narrate
    from wtc.orchestrator.hook import remove_claude_worktree

    # Without a path this would remove the stack of the current worktree.
    if not worktree.startswith("/"):
        raise WtcError("standard input has no absolute `worktree_path`", hints=["to clean a stack, run `wtc clean`"])
    if not _can_be_a_path(worktree):
        raise WtcError("the `worktree_path` on standard input is not a valid path")
    with stop_on_signal() as stop, choose_reporter(quiet=False) as report:
        removal = remove_claude_worktree(make_target(worktree=worktree), report, stop)
    if not removal.stacks:
        narrate("nothing to clean")


def _can_be_a_path(text: str) -> bool:
    try:
        return b"\0" not in os.fsencode(text)
    except UnicodeEncodeError:
        return False


def _document() -> dict[str, Any]:
    """Return the JSON object on standard input as soon as it is complete, without waiting for end of file."""
    import json

    content = b""
    end = time.monotonic() + _READ_TIMEOUT_S
    descriptor = sys.stdin.fileno()
    while len(content) < _MAX_INPUT_BYTES and select.select([descriptor], [], [], max(0.0, end - time.monotonic()))[0]:
        chunk = os.read(descriptor, _MAX_INPUT_BYTES)
        content += chunk
        try:
            found: object = json.loads(content)
        except RecursionError:
            break
        except ValueError:
            if not chunk:
                break
            continue
        return found if isinstance(found, dict) else {}  # pyright: ignore[reportUnknownVariableType] - of `json`
    return {}
