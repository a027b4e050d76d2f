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
    Entry("clean", "The stack", "Remove everything of it: volumes and built images too"),
    Entry(
        "status", "Looking", "Each service of this worktree: up or down, its health, its endpoints, what has diverged"
    ),
    Entry("ports", "Looking", "This worktree's host ports"),
    Entry("ps", "Looking", "The stacks of all worktrees"),
    Entry("stats", "Looking", "What containers use of memory and processors, against their limits"),
    Entry("config", "The compose file", "The compose file as interpreted, as `docker compose config` prints it"),
    Entry("inspect", "The compose file", "What wtc makes of it: names, attributes, and what breaks the isolation"),
)
"""In the order in which they are listed."""

MODULES = {entry.name: f"wtc.cli.commands.{entry.name}" for entry in COMMANDS}
