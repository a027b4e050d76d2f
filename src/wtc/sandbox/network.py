"""The network of a sandbox that reaches a stack, from before bubblewrap starts until its command may start.

bubblewrap creates the network namespace and waits. A program that ends at once creates the listening sockets in it and
passes them to this process, which relays their connections. So nothing of wtc runs inside, and no file is left behind.
"""

import json
import os
import shutil
import socket
import stat
import sys
from collections.abc import AsyncGenerator, Sequence
from contextlib import ExitStack, asynccontextmanager, suppress

from wtc.sandbox import namespace_sockets
from wtc.sandbox.relay import Listening, relay
from wtc.sandbox.stack import MOST_SERVICES, Stack, StackUnreachableError, hosts_file, listeners
from wtc.sandbox.view import BWRAP, StackDescriptors

_HOSTS = "/etc/hosts"


class StackNetwork:
    """The descriptors that bubblewrap inherits, and the sockets that come of them."""

    def __init__(self, stack: Stack) -> None:
        """Raise StackUnreachableError if the stack has too many services."""
        if len(stack.services) > MOST_SERVICES:
            raise StackUnreachableError(f"the stack has more than {MOST_SERVICES} services")
        self._stack = stack
        self._listeners = listeners(stack.services)
        self._inherited, self._own = ExitStack(), ExitStack()
        read, written = os.pipe()
        blocked, release = os.pipe()
        hosts = os.memfd_create("hosts")
        for descriptor in (written, blocked, hosts):
            self._inherited.callback(os.close, descriptor)
        self._information = self._own.enter_context(os.fdopen(read, "rb", buffering=0))
        self._release = self._own.enter_context(os.fdopen(release, "wb", buffering=0))
        os.write(hosts, hosts_file(stack.services, host_name=socket.gethostname()).encode())
        os.lseek(hosts, 0, os.SEEK_SET)
        self.descriptors = StackDescriptors(
            information=written, block=blocked, hosts=hosts, hosts_path=os.path.realpath(_HOSTS)
        )

    @asynccontextmanager
    async def relaying(self) -> AsyncGenerator[None]:
        """Start the command, and relay its connections until the block ends. Enter it once bubblewrap was started.

        Raises:
            StackUnreachableError: the kernel does not allow it; the command does not start.
        """
        import asyncio

        sockets = await self._listen()
        relaying = asyncio.create_task(relay(sockets, self._stack))
        try:
            yield
        finally:
            relaying.cancel()
            with suppress(asyncio.CancelledError):
                await relaying
            for one in sockets:
                one.socket.close()

    async def _listen(self) -> tuple[Listening, ...]:
        """Return the listening sockets, and let the command start; none if bubblewrap has ended."""
        self._inherited.close()
        information = await self._read_information()
        try:
            pid = int(json.loads(information)["child-pid"])
        except ValueError:
            return ()
        places = [f"{one.address}:{one.port}" for one in self._listeners]
        sockets = await _sockets_of(pid, places) if places else []
        self._release.write(b"\0")
        return tuple(
            Listening(socket=one, leads_to=leads_to) for one, leads_to in zip(sockets, self._listeners, strict=True)
        )

    def close(self) -> None:
        """Close what is still open. A command that waits starts, unless its sandbox was killed before."""
        self._inherited.close()
        self._own.close()

    async def _read_information(self) -> bytes:
        """Return what bubblewrap writes about its child, a JSON object. Source: bwrap(1), `--info-fd`."""
        import asyncio

        reader = asyncio.StreamReader()
        transport, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), self._information
        )
        try:
            return await reader.read()
        finally:
            transport.close()


async def _sockets_of(pid: int, places: Sequence[str]) -> list[socket.socket]:
    """Return sockets that listen in the network of the process, in the order of `places` (`address:port`).

    Raises:
        StackUnreachableError: they cannot be created.
    """
    import asyncio

    own, passed = socket.socketpair()
    with own:
        with passed:
            command = [sys.executable, "-I", "-S", namespace_sockets.__file__, str(pid), *places]
            program = await asyncio.create_subprocess_exec(
                *command, stdin=passed.fileno(), stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE
            )
        _, errors = await program.communicate()
        sockets = _received(own, len(places))
    if program.returncode or len(sockets) < len(places):
        for one in sockets:
            one.close()
        causes = [os.fsdecode(errors).strip().rpartition("\n")[2], _setuid(shutil.which(BWRAP) or "")]
        raise StackUnreachableError("cannot listen in the network of the sandbox", causes=list(filter(None, causes)))
    return sockets


def _setuid(bubblewrap: str) -> str:
    """Return why the networks of a setuid bubblewrap cannot be entered; empty if it is not one."""
    if os.geteuid() == 0 or not (os.path.isfile(bubblewrap) and os.stat(bubblewrap).st_mode & stat.S_ISUID):
        return ""
    return f"`{bubblewrap}` is setuid root, so that the network belongs to root"


def _received(channel: socket.socket, count: int) -> list[socket.socket]:
    """Return the sockets that were passed, at most `count`, once the sender has closed the other end."""
    sockets: list[socket.socket] = []
    while len(sockets) < count:
        found, descriptors, *_ = socket.recv_fds(
            channel, 1, namespace_sockets.MOST_DESCRIPTORS, socket.MSG_CMSG_CLOEXEC
        )
        if not found:
            break
        sockets += [socket.socket(fileno=descriptor) for descriptor in descriptors]
    return sockets
