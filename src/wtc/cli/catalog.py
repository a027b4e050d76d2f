"""The table of commands: what `--help` lists without importing any of them. The module is `wtc.cli.commands.<name>`."""

from typing import NamedTuple


class Entry(NamedTuple):
    """A command's line."""

    name: str
    section: str
    summary: str


COMMANDS = (
    Entry("up", "The stack", "Bring this worktree's stack up, and print its endpoints"),
    Entry("down", "The stack", "Stop and remove its containers and networks; volumes stay"),
    Entry("build", "The stack", "Build its images"),
    Entry("pull", "The stack", "Pull its images"),
    Entry("start", "The stack", "Start containers that do not run, dependencies first"),
    Entry("stop", "The stack", "Stop containers, dependents first, and keep them"),
    Entry("restart", "The stack", "Stop and start containers"),
    Entry("kill", "The stack", "Send a signal to containers"),
    Entry("pause", "The stack", "Freeze containers"),
    Entry("unpause", "The stack", "Let frozen containers go on"),
    Entry("clean", "The stack", "Remove everything of it: volumes and built images too"),
    Entry("status", "Looking", "Each service: its state, health and endpoints, and what has diverged"),
    Entry("ports", "Looking", "This worktree's host ports"),
    Entry("ps", "Looking", "The stacks of all worktrees"),
    Entry("logs", "Looking", "What its containers have written, and go on writing"),
    Entry("top", "Looking", "What runs in its containers"),
    Entry("events", "Looking", "What happens to its containers, as it happens"),
    Entry("wait", "Looking", "Wait until services have ended, and tell how"),
    Entry("port", "Looking", "Where a container's port answers"),
    Entry("images", "Looking", "The images that its containers were made from"),
    Entry("stats", "Looking", "What containers use of memory and processors, against their limits"),
    Entry("exec", "In containers", "Run a command in a container of the stack"),
    Entry("run", "In containers", "Run a command in a container of its own, made as a service's are"),
    Entry("cp", "In containers", "Copy files and folders out of a container, or into one"),
    Entry("worktree", "Worktrees", "Add, list, move, lock and remove worktrees with their stacks"),
    Entry("sandbox", "In a sandbox", "Run a command that sees the worktree and little else"),
    Entry("init", "Harnesses and shells", "Write the hooks for Conductor, Cursor, Codex, Claude Code, worktrunk"),
    Entry("setup", "Harnesses and shells", "Make a fresh worktree ready: `.env`, ignored files, host ports"),
    Entry("env", "Harnesses and shells", "The stack's variables, for a shell, direnv or a file"),
    Entry("doctor", "Harnesses and shells", "Whether all that a stack needs is well, and if not, what to do"),
    Entry("config", "The compose file", "The compose file as interpreted, as `docker compose config` has it"),
    Entry("inspect", "The compose file", "What wtc makes of it: names, attributes, what breaks the isolation"),
)
"""In the order in which they are listed."""

GROUPS = {
    "worktree": (
        Entry("add", "Worktrees", "Create a worktree and prepare it: `.env`, ignored files, host ports"),
        Entry("list", "Worktrees", "Each worktree: branch, commit, lock, stack and ports"),
        Entry("remove", "Worktrees", "Remove a worktree with its stack"),
        Entry("move", "Worktrees", "Move a worktree; its stack keeps its data and ports"),
        Entry("lock", "Worktrees", "Keep a worktree from being moved, removed or pruned"),
        Entry("unlock", "Worktrees", "Release the lock of a worktree"),
        Entry("prune", "Worktrees", "Remove what is left of worktrees whose folder is gone"),
    ),
}
"""Command -> its own commands; each is the module `wtc.cli.commands.<command>.<name>`."""

HIDDEN = ("hook",)
"""What is called by the files that `wtc init` writes, and listed nowhere."""

MODULES = {name: f"wtc.cli.commands.{name}" for name in (*(entry.name for entry in COMMANDS), *HIDDEN)}
