"""The table of commands, which `--help` lists without importing them. Their modules are `wtc.cli.commands.<name>`."""

from wtc import __version__
from wtc.static_typing import NamedTuple


class CommandEntry(NamedTuple):
    """A command, as `--help` lists it."""

    name: str
    section: str
    summary: str


COMMANDS = (
    CommandEntry("up", "The stack", "Create and start this worktree's stack, and print its endpoints"),
    CommandEntry("down", "The stack", "Stop and remove its containers and networks; keep its volumes"),
    CommandEntry("watch", "The stack", "Keep its containers up to date with changed files (`develop.watch`)"),
    CommandEntry("build", "The stack", "Build its images"),
    CommandEntry("pull", "The stack", "Pull its images"),
    CommandEntry("create", "The stack", "Create its containers without starting them"),
    CommandEntry("start", "The stack", "Start stopped containers, dependencies first"),
    CommandEntry("stop", "The stack", "Stop containers, dependents first, without removing them"),
    CommandEntry("restart", "The stack", "Stop and start containers"),
    CommandEntry("scale", "The stack", "Change the number of replicas of services"),
    CommandEntry("kill", "The stack", "Send a signal to containers"),
    CommandEntry("pause", "The stack", "Pause containers"),
    CommandEntry("unpause", "The stack", "Unpause containers"),
    CommandEntry("rm", "The stack", "Remove stopped containers; keep volumes and networks"),
    CommandEntry("clean", "The stack", "Remove the stack with its volumes and built images"),
    CommandEntry("status", "Status and logs", "Show each service's state, health, endpoints and divergence"),
    CommandEntry("ports", "Status and logs", "List this worktree's host ports"),
    CommandEntry("ps", "Status and logs", "List the services of all worktrees"),
    CommandEntry("ls", "Status and logs", "List the stacks of all worktrees, one a line"),
    CommandEntry("logs", "Status and logs", "Show the logs of its containers"),
    CommandEntry("top", "Status and logs", "List the processes in its containers"),
    CommandEntry("events", "Status and logs", "Print the events of its containers as they happen"),
    CommandEntry("wait", "Status and logs", "Wait until services have ended, and print their exit statuses"),
    CommandEntry("port", "Status and logs", "Print the host address of a container's port"),
    CommandEntry("images", "Status and logs", "List the images of its containers"),
    CommandEntry("volumes", "Status and logs", "List its volumes"),
    CommandEntry("stats", "Status and logs", "Show the memory and CPU use of containers, and their limits"),
    CommandEntry("exec", "In containers", "Run a command in a container of the stack"),
    CommandEntry("attach", "In containers", "Attach to the first process of a container"),
    CommandEntry("run", "In containers", "Run a command in a new container of a service"),
    CommandEntry("cp", "In containers", "Copy files and folders between a container and the host"),
    CommandEntry("worktree", "Worktrees", "Add, list, move, lock and remove worktrees with their stacks"),
    CommandEntry("sandbox", "In a sandbox", "Run a command that can access the worktree and little else"),
    CommandEntry("init", "Harnesses and shells", "Write hooks for git, Conductor, Cursor, Codex, Claude Code, ..."),
    CommandEntry("setup", "Harnesses and shells", "Prepare a new worktree: `.env`, ignored files, host ports"),
    CommandEntry("env", "Harnesses and shells", "Print the stack's variables, or run a command with them"),
    CommandEntry("doctor", "Harnesses and shells", "Check the environment and suggest fixes"),
    CommandEntry("version", "Harnesses and shells", "Print the version of wtc"),
    CommandEntry("config", "The compose file", "Print the compose file as `docker compose config` does"),
    CommandEntry("inspect", "The compose file", "Show names, attributes, and what is not isolated"),
)
"""In the order of `wtc --help`."""

GROUPS = {
    "worktree": (
        CommandEntry("add", "Worktrees", "Create a worktree and prepare it: `.env`, files, host ports"),
        CommandEntry("list", "Worktrees", "List worktrees with branch, commit, lock, stack and ports"),
        CommandEntry("remove", "Worktrees", "Remove a worktree with its stack"),
        CommandEntry("move", "Worktrees", "Move a worktree, and keep its stack's data and ports"),
        CommandEntry("lock", "Worktrees", "Lock a worktree against move, remove and prune"),
        CommandEntry("unlock", "Worktrees", "Release the lock of a worktree"),
        CommandEntry("prune", "Worktrees", "Remove the entries and stacks of worktrees whose folder is gone"),
    ),
}
"""Command -> its subcommands; each is the module `wtc.cli.commands.<command>.<name>`."""

HIDDEN = ("hook",)
"""Commands that only the files written by `wtc init` call. `--help` does not list them."""

ALIASES = {"convert": "config"}
"""Docker Compose's other name of a command -> the command. `--help` does not list them."""

MODULES = {
    **{name: f"wtc.cli.commands.{name}" for name in (*(entry.name for entry in COMMANDS), *HIDDEN)},
    **{name: f"wtc.cli.commands.{command}" for name, command in ALIASES.items()},
}
"""Command -> its module."""

COMPLETE = "_WTC_COMPLETE"
"""The variable that a shell's completion script sets."""

VERSION = f"wtc {__version__}"
"""What `wtc --version` prints."""
