"""`worktree`: git worktrees together with their stacks, one module for each of its commands."""
