"""Reading the engine's state. GETs only."""
