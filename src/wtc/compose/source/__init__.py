"""Text -> positioned trees, and which files make up a project."""
