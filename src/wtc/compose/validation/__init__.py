"""Checks that the schema cannot express. Pure."""
