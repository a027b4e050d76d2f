"""Merge compose files: override, reset, and remove duplicates from lists. Pure."""
