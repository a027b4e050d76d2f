"""Building and pulling images."""
