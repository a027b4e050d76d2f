"""The checks of `wtc doctor`: the engine, git, the registry, the worktree, the settings, the sandbox."""
