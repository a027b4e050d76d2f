"""The name of a replica in tables and log lines. Pure."""


def replica_name(service: str, number: int) -> str:
    """Return `web`, or `web.2` from the second replica on."""
    return service if number == 1 else f"{service}.{number}"
