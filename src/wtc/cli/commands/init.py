"""`wtc init`."""

import sys

from wtc.cli.declarations import Argument, Option
from wtc.cli.options import AsJson, DryRun, with_target
from wtc.errors import Exit, WtcError
from wtc.orchestrator.context.target import Target
from wtc.static_typing import TYPE_CHECKING, Annotated

if TYPE_CHECKING:
    from wtc.orchestrator.init import Edit, InitResult

EXAMPLES = "Example: wtc init conductor git"


@with_target
def command(
    target: Target,
    harnesses: Annotated[
        list[str] | None,
        Argument(metavar="[NAME]...", help="conductor, cursor, codex, claude, worktrunk, git, skill."),
    ] = None,
    with_worktree_create: Annotated[
        bool, Option("--with-worktree-create", help="Let wtc create Claude Code's worktrees.")
    ] = False,
    agents_md: Annotated[bool, Option("--agents-md", help="With `skill`: write it into AGENTS.md too.")] = False,
    remove: Annotated[bool, Option("--remove", help="With `git`: remove git's hook.")] = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> int:
    """Write the hook files of the given harnesses, or of those found in this worktree.

    `git` is git's own `post-checkout` hook: it sets up each new worktree, whichever program creates it. `skill` is a
    page that teaches an agent to use wtc. Existing content is kept; running it again changes nothing. A file that
    cannot be merged stays as it is, and the command fails after it has written the others.
    """
    from wtc.cli.render.errors import show_error
    from wtc.cli.terminal.output import narrate, print_json
    from wtc.orchestrator.init import init

    result = init(
        target,
        tuple(harnesses or ()),
        make_worktrees=with_worktree_create,
        agents_section=agents_md,
        remove=remove,
        dry_run=dry_run,
    )
    if as_json:
        if result.failures:
            raise _joined(result, dry_run=dry_run)
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
        return Exit.DONE
    for edit in result.edits:
        if dry_run:
            sys.stdout.write(_diff(edit))
        narrate(_edit_summary(edit, dry_run=dry_run))
        for note in edit.notes:
            narrate(f"  {note}")
    for error in result.failures:
        show_error(error)
    return result.failures[0].exit_status if result.failures else Exit.DONE


def _joined(result: "InitResult", *, dry_run: bool) -> WtcError:
    """Return the first error, with the other ones and what became of the other files as notes."""
    first, *others = result.failures
    notes = (*(error.message for error in others), *(_edit_summary(edit, dry_run=dry_run) for edit in result.edits))
    return first.replace(notes=(*first.notes, *notes))


def _edit_summary(edit: "Edit", *, dry_run: bool) -> str:
    if not edit.changed:
        return f"{edit.path} is unchanged" if edit.before is not None else f"{edit.path} does not exist"
    verb = "removed" if edit.after is None else "created" if edit.before is None else "changed"
    return f"{edit.path} {'would be' if dry_run else 'was'} {verb}"


def _diff(edit: "Edit") -> str:
    import difflib

    before = (edit.before or "").splitlines(keepends=True)
    source = f"a/{edit.path}" if edit.before is not None else "/dev/null"
    after = (edit.after or "").splitlines(keepends=True)
    lines = difflib.unified_diff(before, after, source, f"b/{edit.path}" if edit.after is not None else "/dev/null")
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)
