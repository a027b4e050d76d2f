"""The schema of compose files, and the validation against it. Pure."""
