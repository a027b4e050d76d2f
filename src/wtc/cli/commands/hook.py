"""`wtc hook`: what harnesses call that say on standard input what it is about. Not listed: `wtc init` writes it."""

import os
import select
import sys
import time
from typing import Annotated, Any

import typer

from wtc.cli.options import one_of
from wtc.errors import WtcError

EXAMPLES = """Example: echo '{"worktree_path": "/code/accra"}' | wtc hook claude-worktree-remove"""
REMOVED = "claude-worktree-remove"
_PATIENCE_S = 5.0
_LONGEST_INPUT = 1 << 20


def command(event: Annotated[str, typer.Argument(metavar=REMOVED)]) -> None:
    """Clean the stack of a worktree that Claude Code removes: its `WorktreeRemove` hook.

    Reads `{"worktree_path": ...}` on standard input, and always ends with 0: what goes wrong is told on standard error.
    """
    one_of("event", event, (REMOVED,))
    from wtc.cli.render.errors import show_error

    try:
        _remove(str(_document().get("worktree_path") or ""))
    except WtcError as error:
        show_error(error)
    except (KeyboardInterrupt, BrokenPipeError):
        pass
    except Exception as error:  # noqa: BLE001 - the harness must not see a failure, whatever it is
        bug = WtcError(
            f"wtc came upon a bug of its own: {type(error).__name__}",
            hints=["to remove what is left of the stack, run `wtc clean --gone`"],
        )
        show_error(bug)


def _remove(worktree: str) -> None:
    from wtc.cli.options import target
    from wtc.cli.output import say
    from wtc.cli.reporting import reporter, stoppable
    from wtc.orchestrator.clean import CleanRequest, carry_out, plan

    # Without a path this would be the stack of whatever worktree it is called in.
    if not worktree.startswith("/"):
        raise WtcError("standard input has no absolute `worktree_path`", hints=["to clean a stack, run `wtc clean`"])
    looks = target(worktree=worktree, file=[], env_file=[], profile=[], context="", debug=False)
    with stoppable() as stop, reporter(quiet=False) as report:
        cleanings = plan(looks, CleanRequest(), report)
        carry_out(looks, CleanRequest(), cleanings, report, stop)
    if not cleanings:
        say("nothing to clean")


def _document() -> dict[str, Any]:
    """The object on standard input, as soon as it is whole: who writes it need not close it."""
    import json

    content = b""
    end = time.monotonic() + _PATIENCE_S
    descriptor = sys.stdin.fileno()
    while len(content) < _LONGEST_INPUT and select.select([descriptor], [], [], max(0.0, end - time.monotonic()))[0]:
        chunk = os.read(descriptor, _LONGEST_INPUT)
        content += chunk
        try:
            found: object = json.loads(content)
        except ValueError:
            if not chunk:
                break
            continue
        return found if isinstance(found, dict) else {}  # pyright: ignore[reportUnknownVariableType] - of `json`
    return {}
