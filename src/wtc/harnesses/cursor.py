"""Hooks of Cursor. Source: cursor.com/docs, Worktrees."""

from wtc.harnesses import edit_json
from wtc.harnesses.edit import Edit, HookCommands, Read, calls_subcommand, is_list

SETTINGS = ".cursor/worktrees.json"
_KEY, _UNIX = "setup-worktree", "setup-worktree-unix"


def edit(read: Read, hooks: HookCommands) -> Edit:
    """Append a command to `setup-worktree`, and to `setup-worktree-unix`, which takes precedence, if it exists."""
    before = read(SETTINGS)
    notes: list[str] = []
    document = edit_json.parse_json(before, SETTINGS)
    for key in [key for key in (_KEY, _UNIX) if key in document] or [_KEY]:
        commands: object = document.setdefault(key, [])
        if not is_list(commands):
            notes.append(f"`{key}` is not a list and was not changed: to add wtc, run `{hooks.setup}` there")
        elif not any(calls_subcommand(str(one), hooks.setup) for one in commands):
            commands.append(hooks.setup)
    notes.append("Cursor has no hook for the removal of a worktree: to remove the stacks, run `wtc clean --gone`")
    return Edit(
        path=SETTINGS, before=before, after=edit_json.render_json(document, before, SETTINGS), notes=tuple(notes)
    )
