"""What the harness modules share: the hook commands, an edited file, and helpers for shell scripts."""

import re
from collections.abc import Callable

from wtc.dataclass import dataclass, field
from wtc.errors import UsageError
from wtc.static_typing import Any, TypeAlias, TypeGuard

Read: TypeAlias = Callable[[str], str | None]
"""Path in the worktree -> text of the file; None if the file does not exist."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HookCommands:
    """The commands that hooks run. Those that read the compose file get `arguments` (` --file deploy/compose.yaml`)."""

    arguments: str = ""
    make_worktrees: bool = False
    """Whether wtc creates the worktrees instead of the harness."""

    @property
    def setup(self) -> str:
        """Return the command that sets up the worktree in which it runs."""
        return f"wtc setup{self.arguments}"

    def setup_of(self, worktree: str) -> str:
        """Return the command that sets up the worktree that the harness names."""
        return f"wtc setup --worktree {worktree}{self.arguments}"

    def run_of(self, worktree: str) -> str:
        """Return the command that runs the stack until the harness stops it."""
        return f"wtc up --worktree {worktree}{self.arguments} --foreground --on-signal leave"

    def clean_of(self, worktree: str) -> str:
        """Return the command that removes the stack, even if the worktree's folder no longer exists."""
        return f"wtc clean --worktree {worktree} --yes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One file, before and after."""

    path: str
    """Relative to the worktree."""
    before: str | None
    after: str | None
    """None if the file is removed."""
    notes: tuple[str, ...] = field(default=())
    """What could not be changed, and what to do about it."""

    @property
    def changed(self) -> bool:
        """Whether the file has to be written."""
        return self.before != self.after


EditFunction: TypeAlias = Callable[[Read, HookCommands], Edit]
"""Decides what one file becomes."""


def is_table(value: object) -> TypeGuard[dict[str, Any]]:
    """Return whether the value is a JSON object or TOML table."""
    return isinstance(value, dict)


def is_list(value: object) -> TypeGuard[list[Any]]:
    """Return whether the value is a list of JSON or TOML."""
    return isinstance(value, list)


def unusable_file(path: str, what: str) -> UsageError:
    """Return the error for a file that hooks cannot be merged into."""
    hint = "to see the hooks and merge them by hand, run `wtc init NAME --dry-run` in an empty folder"
    return UsageError(f"`{path}` {what}", hints=[hint])


def calls_subcommand(script: str, command: str) -> bool:
    """Return whether a script calls the command's `wtc SUBCOMMAND`, with any options; comments do not count."""
    value = r"""(?:"[^"]*"|'[^']*'|[^\s"';&|])+"""
    options = rf"(?:[ \t]+-[\w-]+(?:[ \t=]+{value})?)*"
    code = re.sub(r"^[ \t]*#.*$", "", script, flags=re.MULTILINE)
    called = rf"(?<![\w-])wtc[\"']?{options}[ \t]+{re.escape(command.split()[1])}(?![\w-])"
    return re.search(called, code) is not None


def can_append(script: str) -> bool:
    """Return whether a command appended to the script would run: not after `exit`, `exec` or an unfinished line."""
    last = re.split(r"&&|;|\n", script.rstrip())[-1].split("#")[0].strip()
    return re.match(r"(?:exit|exec)\b", last) is None and not script.rstrip().endswith(("\\", "|"))


def append_command(script: str, command: str) -> str:
    """Append a command to a shell script.

    A script of a single command is joined with `&&`, so that its failure remains the exit status.
    """
    script = script.rstrip()
    if not script:
        return command
    single = "\n" not in script and not script.endswith(("&", ";")) and "#" not in script
    return f"{script} && {command}" if single else f"{script}\n{command}\n"
