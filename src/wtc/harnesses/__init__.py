"""The hook files of the harnesses that make worktrees: what belongs into them, merged with what is there."""
