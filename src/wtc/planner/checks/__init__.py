"""Checks that run before a plan is executed. Pure."""
