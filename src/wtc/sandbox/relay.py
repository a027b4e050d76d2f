"""Relay TCP connections from listening sockets to where a service is reached at that moment."""

import contextlib
import resource
import socket
import struct
from collections.abc import Sequence

from wtc.dataclass import dataclass
from wtc.errors import WtcError
from wtc.sandbox.stack import Listener, Stack
from wtc.static_typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio

_CHUNK_BYTES = 64 * 1024
"""What a direction of a connection holds at most: it reads no more before that is written."""
_CONNECT_S = 10.0
_PAUSE_S = 0.1
"""After a connection could not be accepted, for example because this process has too many open files."""
_RESERVED = 64
"""Descriptors that are left to the rest of the process."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """A listening socket, which may be in another network namespace, and what it leads to."""

    socket: socket.socket
    leads_to: Listener


async def relay(listening: Sequence[Listening], stack: Stack) -> None:
    """Relay connections until cancelled. Connections above half of what this process may open wait for their turn."""
    import asyncio

    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    slots = asyncio.Semaphore(max(1, (soft - 2 * len(listening) - _RESERVED) // 2))
    async with asyncio.TaskGroup() as tasks:
        for one in listening:
            tasks.create_task(_accept(one, stack, slots, tasks))


async def _accept(one: Listening, stack: Stack, slots: "asyncio.Semaphore", tasks: "asyncio.TaskGroup") -> None:
    import asyncio

    loop = asyncio.get_running_loop()
    one.socket.settimeout(0)
    while True:
        try:
            client, _ = await loop.sock_accept(one.socket)
        except OSError:
            await asyncio.sleep(_PAUSE_S)
            continue
        await slots.acquire()
        serving = tasks.create_task(_serve(client, one.leads_to, stack))
        serving.add_done_callback(lambda _: slots.release())


async def _serve(client: socket.socket, leads_to: Listener, stack: Stack) -> None:
    """Relay one connection to its end. A failure on one side resets the other, as it would without a relay."""
    import asyncio

    with client:
        try:
            service = await _connect(await stack.addresses(leads_to.service, leads_to.port))
        except (OSError, WtcError):
            _reset(client)
            return
        with service:
            for end in (client, service):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            try:
                async with asyncio.TaskGroup() as directions:
                    directions.create_task(_copy(client, service))
                    directions.create_task(_copy(service, client))
            except* OSError:
                _reset(client)
                _reset(service)


async def _connect(addresses: Sequence[tuple[str, int]]) -> socket.socket:
    """Return a connection to the first address that takes one.

    Raises:
        OSError: none does.
    """
    import asyncio

    loop = asyncio.get_running_loop()
    failure: OSError = ConnectionRefusedError()
    for host, port in addresses:
        service = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
        try:
            service.settimeout(0)
            async with asyncio.timeout(_CONNECT_S):
                await loop.sock_connect(service, (host, port))
        except OSError as error:
            service.close()
            failure = error
        except BaseException:
            service.close()
            raise
        else:
            return service
    raise failure


async def _copy(source: socket.socket, target: socket.socket) -> None:
    """Copy one direction to its end, and pass the end on: the other direction may go on."""
    import asyncio

    loop = asyncio.get_running_loop()
    while data := await loop.sock_recv(source, _CHUNK_BYTES):
        await loop.sock_sendall(target, data)
    target.shutdown(socket.SHUT_WR)


def _reset(end: socket.socket) -> None:
    """Let the other side see a reset instead of an end once this socket is closed."""
    with contextlib.suppress(OSError):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
