"""The address at which a published port answers. Pure."""


def connect_address(bound: str, host: str) -> str:
    """Return the address to connect to for a port bound at `bound`; the caller reaches the engine's host as `host`."""
    return host if bound in {"", "0.0.0.0", "::", "127.0.0.1"} else bound
