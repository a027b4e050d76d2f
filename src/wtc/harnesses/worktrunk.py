"""Hooks of worktrunk. Source: worktrunk.dev, `wt hook`."""

from wtc.harnesses import edit_toml
from wtc.harnesses.edit import Edit, HookCommands, Read, calls_subcommand, is_list, is_table

SETTINGS = ".config/wt.toml"
_WORKTREE = "{{ worktree_path }}"
_BLOCKING, _BACKGROUND = "pre-start", "post-start"
_NAME, _THEIRS = "wtc", "project"


def edit(read: Read, hooks: HookCommands) -> Edit:
    """Add a named command to each hook. worktrunk quotes the value of `{{ worktree_path }}`.

    It waits for `pre-start`, so that the files are there before the first command runs; `post-start` runs in the
    background.
    """
    before = read(SETTINGS)
    notes: list[str] = []
    text = before or ""
    for hook, command in ((_BLOCKING, hooks.setup_of(_WORKTREE)), ("pre-remove", hooks.clean_of(_WORKTREE))):
        existing = edit_toml.parse_toml(text, SETTINGS).get(hook)
        if calls_subcommand(_scripts(existing), command):
            continue
        background = edit_toml.parse_toml(text, SETTINGS).get(_BACKGROUND)
        if hook == _BLOCKING and calls_subcommand(_scripts(background), command):
            notes.append(f"`{_BACKGROUND}` runs `wtc setup` in the background: to wait for it, move it to `{hook}`")
            continue
        changed = _with_command(text, hook, existing, command)
        if changed is None:
            notes.append(f"`{hook}` was not changed: to add wtc, run `{command}` there")
        else:
            text = changed
            if isinstance(existing, str):
                notes.append(f"`{hook}` is now a table: its command is `{_THEIRS}`, beside `{_NAME}`")
    return Edit(path=SETTINGS, before=before, after=text, notes=tuple(notes))


def _scripts(hook: object) -> str:
    """Return all commands of a hook as one text."""
    if is_table(hook):
        hook = list(hook.values())
    return "\n".join(map(_scripts, hook)) if is_list(hook) else str(hook)


def _with_command(text: str, hook: str, existing: object, command: str) -> str | None:
    match existing:
        case None | dict():
            return edit_toml.set_string(text, hook, _NAME, command)
        case list():
            return edit_toml.append_block(text, hook, _NAME, command)
        case str():
            # A hook with a single command becomes a table of two.
            return edit_toml.replace_by_table(text, hook, {_THEIRS: existing, _NAME: command})
        case _:
            return None
