"""Calls that act on containers, and sessions in them."""
