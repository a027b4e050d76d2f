"""Every fault at every request of a command, and what must hold after it: `python -m tests.faults`."""
