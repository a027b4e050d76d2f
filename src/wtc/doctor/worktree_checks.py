"""Check this machine and this worktree: git, `PATH`, the compose file, the settings."""

import os
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping

from wtc.doctor.finding import Finding, failed, passed
from wtc.format_units import size_text
from wtc.model.project import Project
from wtc.settings.settings import MEM_LIMIT, SETTINGS, Settings, Source
from wtc.worktrees.identity_facts import copy_origin, read_held_id
from wtc.worktrees.locate import Worktree

_LIMIT_S = 10.0
_ENTRY = b"wtc.cli.main"
"""The module that every start script of wtc imports."""


def check_git(environment: Mapping[str, str]) -> Finding:
    """Check that git runs."""
    import subprocess

    try:
        done = subprocess.run(
            ["git", "--version"], env=dict(environment), capture_output=True, text=True, timeout=_LIMIT_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        done = None
    if done is None or done.returncode:
        return failed("git", "cannot run `git`", "to use `wtc worktree` and `.worktreeinclude`, install git")
    return passed("git", done.stdout.strip().removeprefix("git version "))


def check_path(environment: Mapping[str, str], own: str = "") -> Finding:
    """Check that `wtc` on `PATH` is this installation, whose script is `own`; other programs have the same name."""
    own = own or _own_script()
    found = [p for f in environment.get("PATH", "").split(":") if f and os.access(p := os.path.join(f, "wtc"), os.X_OK)]
    found = [path for path in dict.fromkeys(found) if os.path.isfile(path)]
    if not found:
        return failed("wtc on PATH", "not found", f"to call wtc by its name, add `{os.path.dirname(own)}` to `PATH`")
    first, others = found[0], [path for path in found[1:] if not _is_same_file(path, found[0])]
    if not _is_same_file(first, own):
        kind = "another installation of wtc" if _is_wtc_script(first) else "another program"
        hint = f"to call this one, put `{os.path.dirname(own)}` before `{os.path.dirname(first)}` in `PATH`"
        return failed("wtc on PATH", f"`wtc` is `{first}`, {kind}; this one is `{own}`", hint)
    later = f"; later on `PATH`: {', '.join(f'`{p}`' for p in others)}" if others else ""
    return passed("wtc on PATH", f"`{first}`{later}")


def _own_script() -> str:
    called = sys.argv[0]
    if os.path.basename(called) == "wtc":
        return os.path.abspath(called if os.path.sep in called else shutil.which(called) or called)
    return os.path.join(os.path.dirname(sys.executable), "wtc")


def _is_same_file(one: str, other: str) -> bool:
    try:
        return os.path.samefile(one, other)
    except OSError:
        return one == other


def _is_wtc_script(path: str) -> bool:
    try:
        with open(path, "rb") as file:
            return _ENTRY in file.read(4096)
    except OSError:
        return False


def valid_files(files: Iterable[str], worktree: str, project: Project) -> Finding:
    """Return the finding for compose files that could be read, with their paths relative to the worktree."""
    names = ", ".join(f"`{os.path.relpath(file, worktree)}`" for file in files)
    count = len(project.services)
    warned = f", {len(project.warnings)} warnings (`wtc config -q` shows them)" if project.warnings else ""
    return passed("compose file", f"{names}: {count} service{'' if count == 1 else 's'}{warned}")


def check_worktree(worktree: Worktree) -> Finding:
    """Check what kind of worktree it is, and whether its stacks are identified by id or by path."""
    kind = "not a git worktree" if not worktree.git else "a linked worktree" if worktree.linked else "the main worktree"
    if original := copy_origin(worktree):
        text = f"`{worktree.path}` is a copy of the worktree `{original}`; its path is its identity"
        return failed("worktree", text, "to add a worktree, run `git worktree add`")
    if worktree.git and not os.access(worktree.git_dir, os.W_OK) and not read_held_id(worktree):
        text = f"`{worktree.path}`, {kind}; its path is its identity, because `{worktree.git_dir}` cannot be written"
        return failed("worktree", text, f"to give it an id, run `wtc up` as the owner of `{worktree.git_dir}`")
    by_path = "" if worktree.git else "; its path is its identity"
    return passed("worktree", f"`{worktree.path}`, {kind}{by_path}")


def list_settings(found: Settings) -> Iterator[Finding]:
    """Return a finding for each setting that has a source, and one for those that have their defaults."""
    defaults: list[str] = []
    for setting in SETTINGS:
        chosen = found.chosen[setting.key]
        value = size_text(limit) if setting is MEM_LIMIT and (limit := found.of(MEM_LIMIT).value) else ""
        text = f"`{setting.key}` is {value or _value_text(chosen.value)}"
        if chosen.source is Source.DEFAULT:
            defaults.append(text)
        else:
            origin = f", {chosen.origin}" if chosen.origin else ""
            yield passed("setting", f"{text} ({chosen.source}{origin})")
    if defaults:
        yield passed("defaults", ", ".join(defaults))


def _value_text(value: object) -> str:
    match value:
        case range():
            return f"{value.start}-{value.stop - 1}"
        case tuple():
            return ":".join(map(str, value)) or "none"  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType] - a setting's own type
        case bool():
            return str(value).lower()
        case None:
            return "not set"
        case 0:
            return "none"
        case _:
            return str(value)
