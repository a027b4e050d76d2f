"""Anonymous volumes, and copies of volumes. Pure."""
