"""Hooks of Conductor. Source: conductor.build/docs, Settings, Scripts, and conductor.json."""

from collections.abc import Mapping

from wtc.harnesses import edit_json, edit_toml
from wtc.harnesses.edit import (
    Edit,
    HookCommands,
    Read,
    append_command,
    calls_subcommand,
    can_append,
    is_table,
    unusable_file,
)

SETTINGS = ".conductor/settings.toml"
LEGACY = "conductor.json"
_SCHEMA = '"$schema" = "https://conductor.build/schemas/settings.repo.schema.json"\n'
_WORKTREE = '"$CONDUCTOR_WORKSPACE_PATH"'
CONCURRENT = "concurrent"
NAMED_RUN = "wtc"
"""The name of wtc's entry among the run scripts of a project that has several."""


def edit(read: Read, hooks: HookCommands) -> Edit:
    """Set the scripts in `.conductor/settings.toml`, or in `conductor.json` if only that exists."""
    if read(SETTINGS) is None and read(LEGACY) is not None:
        return _legacy(read, hooks)
    before = read(SETTINGS)
    notes: list[str] = []
    text = _SCHEMA if before is None else before
    scripts: object = edit_toml.parse_toml(text, SETTINGS).get("scripts", {})
    if not is_table(scripts):
        raise unusable_file(SETTINGS, "has a `scripts` that is not a table")
    commands = _commands(hooks)
    if is_table(runs := scripts.get("run")):
        text = _add_named_run(text, runs, commands.pop("run"), notes)
    wanted = _wanted(scripts, commands, notes)
    for key, value in {**wanted, **_mode(scripts, "run_mode", scripts, notes)}.items():
        changed = edit_toml.set_string(text, "scripts", key, value)
        if changed is None:
            notes.append(
                f"`{key}` was not added to `{SETTINGS}`: to add it, write `{key} = {edit_toml.quote_string(value)}`"
            )
        else:
            text = changed
    return Edit(path=SETTINGS, before=before, after=text, notes=tuple(notes))


def _legacy(read: Read, hooks: HookCommands) -> Edit:
    before = read(LEGACY)
    notes: list[str] = []
    document = edit_json.parse_json(before, LEGACY)
    scripts = edit_json.json_table(document, "scripts", LEGACY)
    scripts.update(_wanted(scripts, _commands(hooks), notes))
    document.update(_mode(document, "runScriptMode", scripts, notes))
    return Edit(path=LEGACY, before=before, after=edit_json.render_json(document, before, LEGACY), notes=tuple(notes))


def _commands(hooks: HookCommands) -> dict[str, str]:
    """Return script -> wtc's command in it."""
    return {"setup": hooks.setup_of(_WORKTREE), "run": hooks.run_of(_WORKTREE), "archive": hooks.clean_of(_WORKTREE)}


def _add_named_run(text: str, runs: dict[str, object], command: str, notes: list[str]) -> str:
    """Return the text with one more `[scripts.run.NAME]`, unless one runs wtc. The default one stays the default."""
    commands = [str(run.get("command", "")) for run in runs.values() if is_table(run)]
    if any(calls_subcommand(one, command) for one in commands):
        return text
    place = f"scripts.run.{NAMED_RUN}"
    changed = None if NAMED_RUN in runs else edit_toml.set_string(text, place.split("."), "command", command)
    if changed is None:
        notes.append(f"`{place}` was not added: to add wtc, run `{command}` in a run script of another name")
        return text
    notes.append(f"`{place}` was added beside the run scripts of the project: to run the stack, choose it")
    return changed


def _wanted(scripts: dict[str, object], commands: Mapping[str, str], notes: list[str]) -> dict[str, str]:
    """Return the scripts to set: name -> shell script."""
    wanted: dict[str, str] = {}
    for name, command in commands.items():
        existing = scripts.get(name, "")
        if calls_subcommand(str(existing), command):
            continue
        # A `run` script runs until it is stopped, so nothing can be appended to it.
        if not isinstance(existing, str) or (name == "run" and existing.strip()) or not can_append(existing):
            notes.append(f"`scripts.{name}` was not changed: to add wtc, run `{command}` there")
        else:
            wanted[name] = append_command(existing, command)
            if existing.strip():
                notes.append(f"`scripts.{name}` now ends with `{command}`")
    return wanted


def _mode(owner: dict[str, object], key: str, scripts: dict[str, object], notes: list[str]) -> dict[str, str]:
    """Return the run mode to set. The mode of a user's own run script is the user's to choose."""
    existing = owner.get(key)
    run = scripts.get("run")
    if existing is None and (not run or (isinstance(run, str) and calls_subcommand(run, "wtc up"))):
        return {key: CONCURRENT}
    if existing != CONCURRENT:
        state = "is not set" if existing is None else f"is still `{existing}`"
        notes.append(f"`{key}` {state}: to run stacks of several workspaces at once, write `{CONCURRENT}`")
    return {}
