"""Whether a socket of this machine holds a port. Only a hint: the engine, perhaps on another machine, decides."""

import errno
from contextlib import closing

from wtc.sockets import socket


def is_bindable(port: int, protocol: str, address: str) -> bool:
    """Return whether no socket holds the port at the address; True if that cannot be found out.

    `address` is an IPv4 or IPv6 address; empty is all of IPv4. Only useful for a local engine.
    """
    return bind_error(port, protocol, address) != errno.EADDRINUSE


def bind_error(port: int, protocol: str, address: str) -> int:
    """Try to bind the port, release it, and return the error number; 0 if it succeeds or cannot be tried.

    `address` is an IPv4 or IPv6 address; empty is all of IPv4.
    """
    kinds = {
        "tcp": (socket.SOCK_STREAM, socket.IPPROTO_TCP),
        "udp": (socket.SOCK_DGRAM, socket.IPPROTO_UDP),
        "sctp": (socket.SOCK_STREAM, socket.IPPROTO_SCTP),
    }
    kind, number = kinds.get(protocol, (None, 0))
    if kind is None:
        return 0
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with closing(socket.socket(family, kind, number)) as probe:
            if kind == socket.SOCK_STREAM:
                # A closed connection that lingers does not hold the port.
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            probe.bind((address.strip("[]"), port))
    except OSError as error:
        return error.errno or 0
    return 0
