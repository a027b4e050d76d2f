"""The Docker engine: the only package that knows docker-py and the engine's API."""
