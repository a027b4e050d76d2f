"""wtc: a project's Docker Compose stack, once per git worktree."""

__version__ = "0.1.0"
