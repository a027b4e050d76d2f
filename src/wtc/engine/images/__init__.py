"""Build and pull images."""
