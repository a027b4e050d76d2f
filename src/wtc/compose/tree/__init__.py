"""YAML documents as positioned trees, and how stages read and map them. Pure."""
