"""Cursor. Source: cursor.com/docs, Worktrees."""

from wtc.orchestrator.harnesses import json_text
from wtc.orchestrator.harnesses.edit import Edit, Hooks, Read, calls, is_list

SETTINGS = ".cursor/worktrees.json"
_KEY, _UNIX = "setup-worktree", "setup-worktree-unix"


def edit(read: Read, hooks: Hooks) -> Edit:
    """One more command of `setup-worktree`, and of `setup-worktree-unix` where that goes before it."""
    before = read(SETTINGS)
    notes: list[str] = []
    document = json_text.parsed(before, SETTINGS)
    for key in [key for key in (_KEY, _UNIX) if key in document] or [_KEY]:
        commands: object = document.setdefault(key, [])
        if not is_list(commands):
            notes.append(f"`{key}` is no list of commands and stays: to hook wtc in, run `{hooks.setup}` there")
        elif not any(calls(str(one), hooks.setup) for one in commands):
            commands.append(hooks.setup)
    return Edit(path=SETTINGS, before=before, after=json_text.written(document, before, SETTINGS), notes=tuple(notes))
