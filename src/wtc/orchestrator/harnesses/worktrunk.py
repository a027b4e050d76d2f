"""worktrunk. Source: worktrunk.dev, `wt hook`."""

from wtc.orchestrator.harnesses import toml_text
from wtc.orchestrator.harnesses.edit import Edit, Hooks, Read, calls, is_list, is_table

SETTINGS = ".config/wt.toml"
_WORKTREE = "{{ worktree_path }}"
_NAME, _THEIRS = "wtc", "project"


def edit(read: Read, hooks: Hooks) -> Edit:
    """A named command of each hook. worktrunk quotes what it puts in for `{{ worktree_path }}`."""
    before = read(SETTINGS)
    notes: list[str] = []
    text = before or ""
    for hook, command in (("post-start", hooks.setup_of(_WORKTREE)), ("pre-remove", hooks.clean_of(_WORKTREE))):
        there = toml_text.parsed(text, SETTINGS).get(hook)
        if calls(_scripts(there), command):
            continue
        changed = _with_command(text, hook, there, command)
        if changed is None:
            notes.append(f"`{hook}` stays as it is: to hook wtc in, run `{command}` there")
        else:
            text = changed
    return Edit(path=SETTINGS, before=before, after=text, notes=tuple(notes))


def _scripts(hook: object) -> str:
    """All that a hook runs."""
    if is_table(hook):
        hook = list(hook.values())
    return "\n".join(map(_scripts, hook)) if is_list(hook) else str(hook)


def _with_command(text: str, hook: str, there: object, command: str) -> str | None:
    match there:
        case None | dict():
            return toml_text.with_key(text, hook, _NAME, command)
        case list():
            return toml_text.with_block(text, hook, _NAME, command)
        case str():
            # A hook of one command becomes one of two.
            both = f"{{ {_THEIRS} = {toml_text.quoted(there)}, {_NAME} = {toml_text.quoted(command)} }}"
            return None if "\n" in both else toml_text.with_value(text, "", hook, command, as_text=both)
        case _:
            return None
