"""git in containers that bind-mount a linked worktree: access, mounts and settings. Pure."""
