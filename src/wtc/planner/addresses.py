"""The address at which a published port answers. Pure."""

from collections.abc import Iterable

_EVERY_ADDRESS = {"", "0.0.0.0", "::"}


def connect_address(bound: str, host: str) -> str | None:
    """Return the address to connect to for a port bound at `bound`; the caller reaches the engine's host as `host`.

    None if the engine is on another machine, and the port is bound to the loopback interface of that machine.
    """
    if bound in _EVERY_ADDRESS:
        return host
    if not is_loopback(bound):
        return bound
    if host and not is_loopback(host):
        return None
    return host if bound == "127.0.0.1" else bound


def is_loopback(address: str) -> bool:
    """Return whether only the machine itself reaches the address."""
    return address.startswith("127.") or address in {"::1", "localhost"}


def tunnel_command(destination: str, ports: Iterable[tuple[str, int]]) -> str:
    """Return the command that makes ports of another machine answer on the same ports of this one.

    `destination`: the arguments of ssh that name the machine. `ports`: (address there, port), not empty.
    """
    shown = ((f"[{address}]" if ":" in address else address, port) for address, port in dict.fromkeys(ports))
    forwards = " ".join(f"-L {port}:{address}:{port}" for address, port in shown)
    return f"ssh -N {forwards} {destination}"
