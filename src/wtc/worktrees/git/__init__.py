"""Run git, and read what it prints."""
