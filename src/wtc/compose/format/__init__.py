"""The project as `docker compose config` prints it. Pure."""
