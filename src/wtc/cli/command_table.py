"""The table of commands: what `--help` lists without importing any of them. The module is `wtc.cli.commands.<name>`."""

from typing import NamedTuple


class CommandEntry(NamedTuple):
    """A command's line."""

    name: str
    section: str
    summary: str


COMMANDS = (
    CommandEntry("up", "The stack", "Bring this worktree's stack up, and print its endpoints"),
    CommandEntry("down", "The stack", "Stop and remove its containers and networks; volumes stay"),
    CommandEntry("build", "The stack", "Build its images"),
    CommandEntry("pull", "The stack", "Pull its images"),
    CommandEntry("start", "The stack", "Start containers that do not run, dependencies first"),
    CommandEntry("stop", "The stack", "Stop containers, dependents first, and keep them"),
    CommandEntry("restart", "The stack", "Stop and start containers"),
    CommandEntry("kill", "The stack", "Send a signal to containers"),
    CommandEntry("pause", "The stack", "Freeze containers"),
    CommandEntry("unpause", "The stack", "Let frozen containers go on"),
    CommandEntry("clean", "The stack", "Remove everything of it: volumes and built images too"),
    CommandEntry("status", "Looking", "Each service: its state, health and endpoints, and what has diverged"),
    CommandEntry("ports", "Looking", "This worktree's host ports"),
    CommandEntry("ps", "Looking", "The stacks of all worktrees"),
    CommandEntry("logs", "Looking", "What its containers have written, and go on writing"),
    CommandEntry("top", "Looking", "What runs in its containers"),
    CommandEntry("events", "Looking", "What happens to its containers, as it happens"),
    CommandEntry("wait", "Looking", "Wait until services have ended, and tell how"),
    CommandEntry("port", "Looking", "Where a container's port answers"),
    CommandEntry("images", "Looking", "The images that its containers were made from"),
    CommandEntry("stats", "Looking", "What containers use of memory and processors, against their limits"),
    CommandEntry("exec", "In containers", "Run a command in a container of the stack"),
    CommandEntry("run", "In containers", "Run a command in a container of its own, made as a service's are"),
    CommandEntry("cp", "In containers", "Copy files and folders out of a container, or into one"),
    CommandEntry("worktree", "Worktrees", "Add, list, move, lock and remove worktrees with their stacks"),
    CommandEntry("sandbox", "In a sandbox", "Run a command that sees the worktree and little else"),
    CommandEntry(
        "init", "Harnesses and shells", "Write the hooks for Conductor, Cursor, Codex, Claude Code, worktrunk"
    ),
    CommandEntry("setup", "Harnesses and shells", "Make a fresh worktree ready: `.env`, ignored files, host ports"),
    CommandEntry("env", "Harnesses and shells", "The stack's variables, for a shell, direnv or a file"),
    CommandEntry("doctor", "Harnesses and shells", "Whether all that a stack needs is well, and if not, what to do"),
    CommandEntry("config", "The compose file", "The compose file as interpreted, as `docker compose config` has it"),
    CommandEntry("inspect", "The compose file", "What wtc makes of it: names, attributes, what breaks the isolation"),
)
"""In the order in which they are listed."""

GROUPS = {
    "worktree": (
        CommandEntry("add", "Worktrees", "Create a worktree and prepare it: `.env`, ignored files, host ports"),
        CommandEntry("list", "Worktrees", "Each worktree: branch, commit, lock, stack and ports"),
        CommandEntry("remove", "Worktrees", "Remove a worktree with its stack"),
        CommandEntry("move", "Worktrees", "Move a worktree; its stack keeps its data and ports"),
        CommandEntry("lock", "Worktrees", "Keep a worktree from being moved, removed or pruned"),
        CommandEntry("unlock", "Worktrees", "Release the lock of a worktree"),
        CommandEntry("prune", "Worktrees", "Remove what is left of worktrees whose folder is gone"),
    ),
}
"""Command -> its own commands; each is the module `wtc.cli.commands.<command>.<name>`."""

HIDDEN = ("hook",)
"""What is called by the files that `wtc init` writes, and listed nowhere."""

MODULES = {name: f"wtc.cli.commands.{name}" for name in (*(entry.name for entry in COMMANDS), *HIDDEN)}
