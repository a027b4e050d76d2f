"""Load a project: files -> canonical tree -> typed project."""
