"""Which process of this machine has a port. Source: proc(5), `/proc/net/tcp` and `/proc/[pid]/fd`.

Without `/proc`, or without permission to read it, the process of a port that is taken is unknown.
"""

import errno
import ipaddress
import os
import sys
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from wtc.dataclass import dataclass
from wtc.model.ports import Program
from wtc.planner.checks.port_overlap import addresses_overlap
from wtc.port_probe import bind_error

_TABLES = {"tcp": ("tcp", "tcp6"), "udp": ("udp", "udp6")}
_HELD_STATE = {"tcp": "0A", "udp": "07"}
"""Listening, and for UDP unconnected."""
_FORBIDDEN = {errno.EACCES, errno.EPERM}


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """A socket that is bound to a port."""

    address: str
    port: int
    inode: str


def program_on(port: int, protocol: str, address: str) -> Program | None:
    """Return the process that has the port at the address; None if the port is free or the process is unknown."""
    error = bind_error(port, protocol, address)
    if error != errno.EADDRINUSE and error not in _FORBIDDEN:
        return None
    # Binding a port below 1024 may be forbidden to this user even if it is free: then the tables decide.
    found = [one.inode for one in _listeners(protocol) if one.port == port and _has_address(one.address, address)]
    if error in _FORBIDDEN and not found:
        return None
    return next(_programs(found), Program())


def parse_table(lines: Iterable[str], protocol: str) -> Iterator[Listener]:
    """Yield the bound sockets of a table of `/proc/net`, given without its header; skip lines of another form."""
    for line in lines:
        columns = line.split()
        if len(columns) < 10 or columns[3] != _HELD_STATE[protocol]:
            continue
        address, _, port = columns[1].partition(":")
        yield Listener(address=_address(address), port=int(port, 16), inode=columns[9])


def _address(digits: str) -> str:
    """Decode words of 32 bits in the machine's byte order."""
    words = (int(digits[at : at + 8], 16) for at in range(0, len(digits), 8))
    return str(ipaddress.ip_address(b"".join(word.to_bytes(4, sys.byteorder) for word in words)))


def _has_address(listening: str, address: str) -> bool:
    """Return whether a listener has the address; one on `::` may have IPv4 too."""
    return listening == "::" or addresses_overlap(listening, address or "0.0.0.0")


def _listeners(protocol: str) -> Iterator[Listener]:
    for name in _TABLES.get(protocol, ()):
        try:
            lines = Path("/proc/net", name).read_text().splitlines()
        except OSError:
            continue
        yield from parse_table(lines[1:], protocol)


def _programs(inodes: Collection[str]) -> Iterator[Program]:
    sockets = {f"socket:[{inode}]" for inode in inodes}
    for folder in Path("/proc").glob("[0-9]*") if sockets else ():
        if any(target in sockets for target in _open_files(folder / "fd")):
            yield Program(pid=int(folder.name), name=_name(folder))


def _open_files(folder: Path) -> Iterator[str]:
    try:
        for entry in os.scandir(folder):
            yield os.readlink(entry)
    except OSError:
        return


def _name(process: Path) -> str:
    try:
        name = (process / "comm").read_text(errors="replace").rstrip("\n")
    except OSError:
        return ""
    return name if name.isprintable() else ""
