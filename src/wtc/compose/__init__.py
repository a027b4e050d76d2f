"""Interpret compose files: text -> Project. Pure: no disk, no environment, no clock; readers are passed in."""
