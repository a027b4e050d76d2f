"""Many rounds of `up` and `down` with random faults: `python -m tests.soak`."""
