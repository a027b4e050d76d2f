"""Find the files of a project, and parse YAML text into trees with positions. Pure."""
