"""`doctor`: whether all that a stack stands on is well, and what to do where it is not."""
