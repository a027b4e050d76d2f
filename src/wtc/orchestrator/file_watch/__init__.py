"""What `watch` does: rules of the compose file, changed files, and what follows from them."""
