"""Read the engine's state, with GET requests only."""
