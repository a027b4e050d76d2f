"""File over file: merge, reset, and lists whose entries are unique. Pure."""
