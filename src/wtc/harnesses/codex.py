"""Hooks of Codex: its local environments. Source: developers.openai.com/codex, Local environments."""

from wtc.harnesses import edit_toml
from wtc.harnesses.edit import Edit, HookCommands, Read, append_command, calls_subcommand, can_append, is_table

SETTINGS = ".codex/environments/environment.toml"
_HEAD = 'version = 1\nname = "wtc"\n'
_WORKTREE = '"$CODEX_WORKTREE_PATH"'


def edit(read: Read, hooks: HookCommands) -> Edit:
    """Set the setup and the cleanup script."""
    before = read(SETTINGS)
    notes: list[str] = []
    text = _HEAD if before is None else before
    for table, command in (("setup", hooks.setup_of(_WORKTREE)), ("cleanup", hooks.clean_of(_WORKTREE))):
        owner: object = edit_toml.parse_toml(text, SETTINGS).get(table, {})
        existing: object = owner.get("script") if is_table(owner) else owner
        if isinstance(existing, str) and calls_subcommand(existing, command):
            continue
        script = existing if isinstance(existing, str) else ""
        appendable = can_append(script) and isinstance(existing, str | None)
        changed = edit_toml.set_string(text, table, "script", append_command(script, command)) if appendable else None
        if changed is None:
            notes.append(f"`{table}.script` was not changed: to add wtc, run `{command}` there")
        else:
            text = changed
            if script.strip():
                notes.append(f"`{table}.script` now ends with `{command}`")
    return Edit(path=SETTINGS, before=before, after=text, notes=tuple(notes))
