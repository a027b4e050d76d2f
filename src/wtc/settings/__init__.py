"""Settings: the command line, the environment, `wtc.toml`, `x-wtc:` and the user's `config.toml`."""
