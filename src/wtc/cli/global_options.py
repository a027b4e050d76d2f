"""Move options before the command, as in `wtc -f dev.yaml up`, behind it. Pure."""

from collections.abc import Sequence

from wtc.cli.command_table import GROUPS

# The long names, because a short one may mean something else to a command, as `-f` does to `logs`.
VALUES = {
    "-w": "--worktree",
    "--worktree": "--worktree",
    "-f": "--file",
    "--file": "--file",
    "--compose": "--file",
    "--env-file": "--env-file",
    "--profile": "--profile",
    "--context": "--context",
}
# Docker Compose's, moved but not completed: some commands accept them, and the others print what to use instead.
_MOVED_OPTIONS = {
    **VALUES,
    "-p": "--project-name",
    **{name: name for name in ("--project-name", "--project-directory", "--ansi", "--progress", "--parallel")},
}
FLAGS = frozenset({"--debug"})
_MOVED_FLAGS = FLAGS | {"--dry-run", "--all-resources", "--compatibility"}


def move_global_options(arguments: Sequence[str]) -> list[str]:
    """Return the command line with the global options moved behind the command.

    Return it unchanged if another option comes first or a value is missing; the library then reports the error.
    """
    moved: list[str] = []
    place = 0
    while place < len(arguments) and arguments[place].startswith("-"):
        argument = arguments[place]
        name, equals, value = argument.partition("=")
        place += 1
        if name in _MOVED_FLAGS:
            moved.append(argument)
        elif equals and name.startswith("--") and name in _MOVED_OPTIONS:
            moved += [_MOVED_OPTIONS[name], value]
        elif argument in _MOVED_OPTIONS and place < len(arguments):
            moved += [_MOVED_OPTIONS[argument], arguments[place]]
            place += 1
        elif argument[:2] in _MOVED_OPTIONS and not argument.startswith("--") and len(argument) > 2:
            # Like Go's flags: `-fFILE` and `-f=FILE`.
            moved += [_MOVED_OPTIONS[argument[:2]], value if equals and len(name) == 2 else argument[2:]]
        else:
            return list(arguments)
    if place == len(arguments):
        return list(arguments)
    # The options of a command group belong to its subcommand.
    inner = arguments[place] in GROUPS and place + 1 < len(arguments)
    end = place + 2 if inner and not arguments[place + 1].startswith("-") else place + 1
    return [*arguments[place:end], *moved, *arguments[end:]]
