"""`wtc init`."""

import sys
from typing import TYPE_CHECKING, Annotated

from wtc.cli.declarations import Argument, Option
from wtc.cli.options import AsJson, DryRun, with_target
from wtc.orchestrator.context.target import Target

if TYPE_CHECKING:
    from wtc.orchestrator.init import Edit

EXAMPLES = "Example: wtc init conductor claude"


@with_target
def command(
    target: Target,
    harnesses: Annotated[
        list[str] | None,
        Argument(metavar="[HARNESS]...", help="conductor, cursor, codex, claude, worktrunk."),
    ] = None,
    with_worktree_create: Annotated[
        bool, Option("--with-worktree-create", help="Let wtc create Claude Code's worktrees.")
    ] = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Write the hook files of the given harnesses, or of those found in this worktree.

    Existing content is kept; running it again changes nothing.
    """
    from wtc.cli.terminal.output import narrate, print_json
    from wtc.orchestrator.init import init

    result = init(target, tuple(harnesses or ()), make_worktrees=with_worktree_create, dry_run=dry_run)
    if as_json:
        print_json(
            {
                "worktree": result.worktree,
                "dry_run": dry_run,
                "files": [
                    {"path": e.path, "existed": e.before is not None, "changed": e.changed, "notes": list(e.notes)}
                    for e in result.edits
                ],
            }
        )
        return
    for edit in result.edits:
        if dry_run:
            sys.stdout.write(_diff(edit))
        narrate(_edit_summary(edit, dry_run=dry_run))
        for note in edit.notes:
            narrate(f"  {note}")


def _edit_summary(edit: "Edit", *, dry_run: bool) -> str:
    if not edit.changed:
        return f"{edit.path} is unchanged"
    verb = "created" if edit.before is None else "changed"
    return f"{edit.path} {'would be' if dry_run else 'was'} {verb}"


def _diff(edit: "Edit") -> str:
    import difflib

    before = (edit.before or "").splitlines(keepends=True)
    source = f"a/{edit.path}" if edit.before is not None else "/dev/null"
    lines = difflib.unified_diff(before, edit.after.splitlines(keepends=True), source, f"b/{edit.path}")
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)
