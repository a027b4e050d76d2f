"""Plans for images: what to pull, build and remove. Pure."""
