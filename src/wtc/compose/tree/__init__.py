"""YAML documents as trees with positions, and functions to read and transform them. Pure."""
