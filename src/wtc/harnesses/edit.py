"""What a harness's module works with: the files as they are, and what it makes of them."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias, TypeGuard

from wtc.errors import UsageError

Read: TypeAlias = Callable[[str], str | None]
"""A file's text by its path in the worktree; None where there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HookCommands:
    """What the hooks call. `arguments` (` --file deploy/compose.yaml`) go to those that read the compose file."""

    arguments: str = ""
    make_worktrees: bool = False
    """Whether wtc is to make the harness's worktrees, too, in place of the harness."""

    @property
    def setup(self) -> str:
        """Makes the worktree that it is called in ready."""
        return f"wtc setup{self.arguments}"

    def setup_of(self, worktree: str) -> str:
        """The same for the worktree that the harness names."""
        return f"wtc setup --worktree {worktree}{self.arguments}"

    def run_of(self, worktree: str) -> str:
        """Runs the stack as long as the harness does not stop it."""
        return f"wtc up --worktree {worktree}{self.arguments} --foreground --on-signal leave"

    def clean_of(self, worktree: str) -> str:
        """Removes the stack; the folder may be gone by then."""
        return f"wtc clean --worktree {worktree} --yes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One file, before and after."""

    path: str
    """In the worktree."""
    before: str | None
    after: str
    notes: tuple[str, ...] = field(default=())
    """What was left as it is, and what to do about it."""

    @property
    def changed(self) -> bool:
        """Whether there is something to write."""
        return self.before != self.after


def is_table(value: object) -> TypeGuard[dict[str, Any]]:
    """Whether it is an object of JSON, a table of TOML."""
    return isinstance(value, dict)


def is_list(value: object) -> TypeGuard[list[Any]]:
    """Whether it is a list of JSON or TOML."""
    return isinstance(value, list)


def unusable_file(path: str, what: str) -> UsageError:
    """A file that cannot be merged with."""
    hint = "to merge the hooks by hand, see what `wtc init NAME --dry-run` tells in an empty folder"
    return UsageError(f"`{path}` {what}", hints=[hint])


def calls_subcommand(script: str, command: str) -> bool:
    """Whether a script calls the command's `wtc SUBCOMMAND`, whatever its options; a comment calls nothing."""
    value = r"""(?:"[^"]*"|'[^']*'|[^\s"';&|])+"""
    options = rf"(?:[ \t]+-[\w-]+(?:[ \t=]+{value})?)*"
    live = re.sub(r"^[ \t]*#.*$", "", script, flags=re.MULTILINE)
    called = rf"(?<![\w-])wtc[\"']?{options}[ \t]+{re.escape(command.split()[1])}(?![\w-])"
    return re.search(called, live) is not None


def can_append(script: str) -> bool:
    """Whether a command behind the script would run: none does behind `exit`, `exec`, or a line that is not whole."""
    last = re.split(r"&&|;|\n", script.rstrip())[-1].split("#")[0].strip()
    return re.match(r"(?:exit|exec)\b", last) is None and not script.rstrip().endswith(("\\", "|"))


def append_command(script: str, command: str) -> str:
    """A shell script that ends with one more command.

    Behind a single command that one counts too: it runs only after success, and its failure stays one.
    """
    script = script.rstrip()
    if not script:
        return command
    single = "\n" not in script and not script.endswith(("&", ";")) and "#" not in script
    return f"{script} && {command}" if single else f"{script}\n{command}\n"
