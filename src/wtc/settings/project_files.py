"""The names of the files that make a folder the folder of a project."""

FILES = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
"""The names of compose files, the preferred one first. Source: docker compose."""
PROJECT_FILE = "wtc.toml"
