"""What a command starts from: the worktree, its project, the settings, the registry, the engine, the namespace."""
