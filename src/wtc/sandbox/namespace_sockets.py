"""Create listening sockets in the network namespace of another process, and pass them on. A separate program.

    python -I -S namespace_sockets.py PID ADDRESS:PORT...

Standard input is a Unix socket that takes the descriptors, in order. The namespace may belong to a user namespace that
the caller's user created: the program enters that one first, where it has all capabilities, and so may listen on
ports below 1024. That takes a process with one thread. Source: setns(2), ioctl_ns(2), unix(7).
"""

import ctypes
import fcntl
import os
import socket
import sys

MOST_DESCRIPTORS = 250
"""In one message; the kernel takes 253."""
_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000
_NS_GET_USERNS = 0xB701
_IP_FREEBIND = 15
_BACKLOG = 1024


def main(arguments: list[str]) -> int:
    """Pass the sockets on; on failure, write the reason to standard error and return 1."""
    pid, *addresses = arguments
    try:
        enter_network(pid)
        pass_sockets([_listening(address) for address in addresses])
    except OSError as error:
        sys.stderr.write(f"{(error.strerror or str(error)).lower()}\n")
        return 1
    return 0


def enter_network(pid: str) -> None:
    """Move this process to the network namespace of another one.

    Raises:
        OSError: the kernel refuses.
    """
    network = os.open(f"/proc/{pid}/ns/net", os.O_RDONLY | os.O_CLOEXEC)
    owner = fcntl.ioctl(network, _NS_GET_USERNS)
    if not os.path.samestat(os.fstat(owner), os.stat("/proc/self/ns/user")):
        _setns(owner, _CLONE_NEWUSER)
    _setns(network, _CLONE_NEWNET)


def pass_sockets(sockets: list[socket.socket]) -> None:
    """Send the sockets through the Unix socket that is standard input."""
    with socket.socket(fileno=os.dup(0)) as channel:
        for start in range(0, len(sockets), MOST_DESCRIPTORS):
            batch = sockets[start : start + MOST_DESCRIPTORS]
            socket.send_fds(channel, [b"\0"], [one.fileno() for one in batch])


def _setns(namespace: int, kind: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.setns(namespace, kind):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def _listening(address: str) -> socket.socket:
    host, _, port = address.rpartition(":")
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    # The loopback interface may not be up yet.
    listening.setsockopt(socket.IPPROTO_IP, _IP_FREEBIND, 1)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind((host, int(port)))
    listening.listen(_BACKLOG)
    return listening


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
