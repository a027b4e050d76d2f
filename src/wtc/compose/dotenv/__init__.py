"""Env files, and variables that come from them. Pure."""
