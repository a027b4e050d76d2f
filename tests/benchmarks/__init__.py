"""wtc beside `docker compose` and the bare engine calls: `uv run python -m tests.benchmarks`."""
