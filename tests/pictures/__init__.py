"""The pictures in README, made from real output: `uv run python -m tests.pictures`."""
