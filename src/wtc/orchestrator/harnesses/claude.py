"""Claude Code. Source: code.claude.com/docs, Hooks reference: SessionStart, WorktreeRemove."""

from typing import Any

from wtc.orchestrator.harnesses import json_text
from wtc.orchestrator.harnesses.conductor import calls
from wtc.orchestrator.harnesses.edit import Edit, Hooks, Read, is_list, is_table

SETTINGS = ".claude/settings.json"
REMOVED = "wtc hook claude-worktree-remove"


def edit(read: Read, hooks: Hooks) -> Edit:
    """A hook for each session that starts, and one for each worktree that is removed.

    What `wtc setup` prints, the stack's ports, is what the session gets to know. `WorktreeCreate` is left alone: with a
    hook there, Claude Code makes no worktree by itself.
    """
    before = read(SETTINGS)
    notes: list[str] = []
    document = json_text.parsed(before, SETTINGS)
    events = json_text.table(document, "hooks", SETTINGS)
    for event, command in (("SessionStart", hooks.setup), ("WorktreeRemove", REMOVED)):
        entries: object = events.setdefault(event, [])
        if not is_list(entries):
            notes.append(f"`hooks.{event}` is no list and stays: to hook wtc in, run `{command}` there")
        elif not any(calls(one, command) for one in _commands(entries)):
            entries.append({"hooks": [{"type": "command", "command": command}]})
    return Edit(path=SETTINGS, before=before, after=json_text.written(document, before, SETTINGS), notes=tuple(notes))


def _commands(entries: list[Any]) -> list[str]:
    lists = [entry.get("hooks") for entry in entries if is_table(entry)]
    hooks = [hook for hooks in lists if is_list(hooks) for hook in hooks]
    return [str(hook.get("command", "")) for hook in hooks if is_table(hook)]
