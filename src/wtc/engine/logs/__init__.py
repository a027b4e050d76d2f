"""The output of containers."""
