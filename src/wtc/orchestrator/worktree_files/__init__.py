"""Files that a fresh worktree lacks, copied from the main one."""
