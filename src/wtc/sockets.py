"""CPython's own module of sockets, for a short start-up (decision 0020).

`socket` makes an enumeration of each group of constants, which takes longer than a short command works. Its sockets
have more methods: those from here are no context managers, for example.
"""

# pyright: reportMissingModuleSource=false, reportUnusedImport=false
from wtc.static_typing import TYPE_CHECKING

if TYPE_CHECKING:
    import socket
else:
    try:
        import _socket as socket
    except ImportError:
        # Not CPython.
        import socket

__all__ = ["socket"]
