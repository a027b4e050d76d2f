"""Translate wtc's values to request bodies of the Engine API. Pure: files are read by functions passed in."""
