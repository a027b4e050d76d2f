"""The pipeline: files -> canonical tree -> typed project."""
