"""Codex's local environments. Source: developers.openai.com/codex, Local environments."""

from wtc.orchestrator.harnesses import toml_text
from wtc.orchestrator.harnesses.edit import Edit, Hooks, Read, appended, calls, is_table, takes_more

SETTINGS = ".codex/environments/environment.toml"
_HEAD = 'version = 1\nname = "wtc"\n'
_WORKTREE = '"$CODEX_WORKTREE_PATH"'


def edit(read: Read, hooks: Hooks) -> Edit:
    """The setup and the cleanup script."""
    before = read(SETTINGS)
    notes: list[str] = []
    text = _HEAD if before is None else before
    for table, command in (("setup", hooks.setup_of(_WORKTREE)), ("cleanup", hooks.clean_of(_WORKTREE))):
        owner: object = toml_text.parsed(text, SETTINGS).get(table, {})
        there: object = owner.get("script") if is_table(owner) else owner
        if isinstance(there, str) and calls(there, command):
            continue
        change = toml_text.with_value if there is not None else toml_text.with_key
        script = there if isinstance(there, str) else ""
        changed = change(text, table, "script", appended(script, command)) if takes_more(script) else None
        if changed is None:
            notes.append(f"`{table}.script` stays as it is: to hook wtc in, run `{command}` there")
        else:
            text = changed
    return Edit(path=SETTINGS, before=before, after=text, notes=tuple(notes))
