"""Which attributes wtc supports, rewrites or ignores. Pure."""
