"""Calls that change containers, and commands that run in them."""
