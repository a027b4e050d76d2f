"""Print the project as `docker compose config` does. Pure."""
