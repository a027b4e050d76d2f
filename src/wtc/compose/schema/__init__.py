"""What a compose file may say: the whole specification as one description, and the check against it."""
