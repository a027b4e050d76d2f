"""What a replica is called in rows and log lines. Pure."""


def replica_name(service: str, number: int) -> str:
    """`web`, and `web.2` from the second replica on."""
    return service if number == 1 else f"{service}.{number}"
