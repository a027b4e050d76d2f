"""What `up`, `run` and other commands that change a stack share while they plan and execute."""
