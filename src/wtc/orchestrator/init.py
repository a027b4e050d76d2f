"""`init`: write the hook files of the harnesses that are named or found, git's hook, and the skill for agents."""

import os
import shlex
from collections.abc import Callable

from wtc.dataclass import dataclass
from wtc.errors import UsageError, WtcError
from wtc.harnesses import skill
from wtc.harnesses.edit import Edit, EditFunction, HookCommands
from wtc.harnesses.table import HARNESSES
from wtc.orchestrator.context.target import Target, locate
from wtc.orchestrator.hook_files import read_hook_file, write_hook_file

GIT, SKILL = "git", "skill"
NAMES = (*(harness.name for harness in HARNESSES), GIT, SKILL)


@dataclass(frozen=True, slots=True, kw_only=True)
class InitResult:
    """The files, each before and after (in a dry run, as it would be), and the errors of those that stay unchanged."""

    worktree: str
    edits: tuple[Edit, ...]
    failures: tuple[WtcError, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Change:
    """An edit and how it is carried out."""

    edit: Edit
    write: Callable[[], None]


def init(
    target: Target,
    names: tuple[str, ...],
    *,
    make_worktrees: bool = False,
    agents_section: bool = False,
    remove: bool = False,
    dry_run: bool,
) -> InitResult:
    """Merge the hooks into each harness's file. A file that cannot be merged is kept, and the others are written.

    With `make_worktrees`, Claude Code gets the hook by which wtc creates its worktrees; with `agents_section`, the
    skill is also written into `AGENTS.md`; with `remove`, git's hook is removed.

    Raises:
        UsageError: a harness is not known, none was found, or an option does not belong to it.
    """
    located = locate(target)
    root = located.worktree
    if not os.path.isdir(root):
        raise UsageError(f"the worktree `{root}` does not exist")
    chosen = _check_names(names) or tuple(
        h.name for h in HARNESSES if any(os.path.exists(f"{root}/{path}") for path in h.marker_paths)
    )
    if not chosen:
        raise UsageError(
            f"no harness was found in `{root}`",
            causes=[f"wtc knows {_quote_names(NAMES)}"],
            hints=[
                "to write the hooks of one, run `wtc init NAME`",
                "to set up every new worktree, whichever program creates it, run `wtc init git`",
            ],
        )
    _require(make_worktrees, "--with-worktree-create", "claude", chosen)
    _require(agents_section, "--agents-md", SKILL, chosen)
    if remove and chosen != (GIT,):
        raise UsageError("`--remove` is for git's hook alone", hints=["to remove it, run `wtc init git --remove`"])
    files = [os.path.relpath(os.path.join(target.cwd, f), root) for f in target.files if f != "-"]
    hooks = HookCommands(
        arguments="".join(f" --file {shlex.quote(file)}" for file in files), make_worktrees=make_worktrees
    )
    changes: list[_Change] = []
    failures: list[WtcError] = []
    for plan in _plans(target, root, chosen, hooks, agents_section=agents_section, remove=remove):
        try:
            change = plan()
            if change.edit.changed and not dry_run:
                change.write()
            changes.append(change)
        except WtcError as error:
            failures.append(error)
    return InitResult(worktree=root, edits=tuple(change.edit for change in changes), failures=tuple(failures))


def _plans(
    target: Target, root: str, chosen: tuple[str, ...], hooks: HookCommands, *, agents_section: bool, remove: bool
) -> list[Callable[[], _Change]]:
    """Return a function for each file, which reads it and decides what to write."""
    from functools import partial

    by_name = {harness.name: harness.edit for harness in HARNESSES}
    plans: list[Callable[[], _Change]] = []
    for name in chosen:
        if name == GIT:
            plans.append(partial(_git_change, root, target, hooks.arguments, remove=remove))
        else:
            plans.append(partial(_file_change, root, by_name.get(name, skill.edit), hooks))
    if agents_section:
        plans.append(partial(_file_change, root, skill.edit_agents, hooks))
    return plans


def _file_change(root: str, edit_with: EditFunction, hooks: HookCommands) -> _Change:
    edit = edit_with(lambda path: read_hook_file(os.path.join(root, path)), hooks)
    return _Change(edit=edit, write=lambda: write_hook_file(os.path.join(root, edit.path), edit.after or ""))


def _git_change(root: str, target: Target, arguments: str, *, remove: bool) -> _Change:
    from wtc.orchestrator.init_git import plan_git_hook, write_git_hook

    hook = plan_git_hook(root, target.environment, arguments=arguments, remove=remove)
    return _Change(edit=hook.edit, write=lambda: write_git_hook(hook))


def _require(given: object, option: str, name: str, chosen: tuple[str, ...]) -> None:
    """Raise if an option is given without the name that it is for."""
    if given and name not in chosen:
        raise UsageError(f"`{option}` is for `{name}` alone", hints=[f"to use it, run `wtc init {name} {option}`"])


def _check_names(names: tuple[str, ...]) -> tuple[str, ...]:
    from wtc.nearest_name import nearest_name

    for name in names:
        if name not in NAMES:
            hint = nearest_name(name, NAMES) or f"wtc knows {_quote_names(NAMES)}"
            raise UsageError(f"no such harness: `{name}`", hints=[hint])
    return tuple(dict.fromkeys(names))


def _quote_names(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)
