"""Git worktrees together with their stacks. NAME is a worktree's folder: its name, or its path."""

EXAMPLES = "Example: wtc worktree add --up search"
