"""Claude Code. Source: code.claude.com/docs, Hooks reference: SessionStart, WorktreeCreate, WorktreeRemove."""

from typing import Any

from wtc.harnesses import edit_json
from wtc.harnesses.edit import Edit, HookCommands, Read, calls_subcommand, is_list, is_table

SETTINGS = ".claude/settings.json"
CREATED, REMOVED = "wtc hook claude-worktree-create", "wtc hook claude-worktree-remove"


def edit(read: Read, hooks: HookCommands) -> Edit:
    """A hook for each session that starts, and one for each worktree that is removed.

    What `wtc setup` prints, the stack's ports, is what the session gets to know. `WorktreeCreate` is left alone unless
    it is asked for: with a hook there, Claude Code makes no worktree by itself, and one hook is all that there can be.
    """
    before = read(SETTINGS)
    notes: list[str] = []
    document = edit_json.parse_json(before, SETTINGS)
    events = edit_json.json_table(document, "hooks", SETTINGS)
    wanted = {"SessionStart": hooks.setup, "WorktreeRemove": REMOVED}
    if hooks.make_worktrees:
        wanted["WorktreeCreate"] = f"{CREATED}{hooks.arguments}"
    for event, command in wanted.items():
        entries: object = events.setdefault(event, [])
        if not is_list(entries):
            notes.append(f"`hooks.{event}` is no list and stays: to hook wtc in, run `{command}` there")
            continue
        there = _commands(entries)
        if any(calls_subcommand(one, command) for one in there):
            continue
        if event == "WorktreeCreate" and there:
            notes.append(
                f"`hooks.{event}` has a hook and stays: to have wtc make the worktrees, write `{command}` there"
            )
        else:
            entries.append({"hooks": [{"type": "command", "command": command}]})
    return Edit(
        path=SETTINGS, before=before, after=edit_json.render_json(document, before, SETTINGS), notes=tuple(notes)
    )


def _commands(entries: list[Any]) -> list[str]:
    lists = [entry.get("hooks") for entry in entries if is_table(entry)]
    hooks = [hook for hooks in lists if is_list(hooks) for hook in hooks]
    return [str(hook.get("command", "")) for hook in hooks if is_table(hook)]
