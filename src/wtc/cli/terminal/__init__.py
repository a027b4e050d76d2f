"""The terminal: standard streams, tables, and views that are redrawn."""
