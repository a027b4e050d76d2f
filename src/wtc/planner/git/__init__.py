"""git in containers that bind a linked worktree: access, mounts and settings. Pure."""
