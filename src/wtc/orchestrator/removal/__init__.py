"""Removing stacks and worktrees, and only those that are proved to be gone or asked for."""
