"""The hook files of the harnesses (tools that create worktrees), and how `wtc init` edits them."""
