"""Hooks of Claude Code. Source: code.claude.com/docs, Hooks reference: SessionStart, WorktreeCreate, WorktreeRemove."""

from wtc.harnesses import edit_json
from wtc.harnesses.edit import Edit, HookCommands, Read, calls_subcommand, is_list, is_table
from wtc.static_typing import Any

SETTINGS = ".claude/settings.json"
CREATED, REMOVED = "wtc hook claude-worktree-create", "wtc hook claude-worktree-remove"

_NOT_CALLED = (
    "Claude Code does not call `WorktreeRemove` for worktrees that it removes with `git worktree remove` itself: to "
    "remove their stacks, run `wtc clean --gone`"
)


def edit(read: Read, hooks: HookCommands) -> Edit:
    """Add a hook for the start of a session and one for the removal of a worktree.

    The output of `wtc setup`, the stack's ports, is added to the context of the session. `WorktreeCreate` is set only
    on request: its hook replaces the way in which Claude Code creates worktrees, so there can be only one.
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
            notes.append(f"`hooks.{event}` is not a list and was not changed: to add wtc, run `{command}` there")
            continue
        existing = _commands(entries)
        if any(calls_subcommand(one, command) for one in existing):
            continue
        if event == "WorktreeCreate" and existing:
            notes.append(
                f"`hooks.{event}` already has a hook: to let wtc create the worktrees, replace it with `{command}`"
            )
        else:
            entries.append({"hooks": [{"type": "command", "command": command}]})
    if not hooks.make_worktrees:
        notes.append(_NOT_CALLED)
    return Edit(
        path=SETTINGS, before=before, after=edit_json.render_json(document, before, SETTINGS), notes=tuple(notes)
    )


def _commands(entries: list[Any]) -> list[str]:
    lists = [entry.get("hooks") for entry in entries if is_table(entry)]
    hooks = [hook for hooks in lists if is_list(hooks) for hook in hooks]
    return [str(hook.get("command", "")) for hook in hooks if is_table(hook)]
