"""What becomes of each attribute: supported, rewritten or ignored. Pure."""
