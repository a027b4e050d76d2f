"""What a relay passes on, between real sockets of this machine."""

import asyncio
import resource
import socket
import struct
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest

from wtc.errors import WtcError
from wtc.sandbox.relay import Listening, relay
from wtc.sandbox.stack import Listener, Stack

Addresses = Callable[[str, int], Awaitable[Sequence[tuple[str, int]]]]
Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Coroutine[Any, Any, None]]
BIG = b"x" * 5_000_000


@asynccontextmanager
async def relaying(addresses: Addresses) -> AsyncGenerator[int]:
    """The port of a relay to `addresses`."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        leads_to = Listener(address="127.0.0.1", service="web", port=80)
        stack = Stack(services=(), addresses=addresses)
        task = asyncio.create_task(relay([Listening(socket=server, leads_to=leads_to)], stack))
        try:
            yield server.getsockname()[1]
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


@asynccontextmanager
async def serving(serve: Serve) -> AsyncGenerator[tuple[str, int]]:
    """The address of a service."""
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()


async def count_to_the_end(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answers once the other side has ended its direction."""
    writer.write(str(len(await reader.read())).encode())
    writer.close()


async def ask(port: int, data: bytes = b"") -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(data)
        await writer.drain()
        writer.write_eof()
        return await reader.read()
    finally:
        writer.close()


async def listen_to(port: int) -> bytes:
    """Sends nothing."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        return await reader.read()
    finally:
        writer.close()


def always(*addresses: tuple[str, int]) -> Addresses:
    async def found(_service: str, _port: int) -> Sequence[tuple[str, int]]:
        return addresses

    return found


def unused() -> tuple[str, int]:
    """An address at which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()


def test_end_of_one_direction_is_passed_on_and_the_other_continues() -> None:
    async def go() -> bytes:
        async with serving(count_to_the_end) as service, relaying(always(service)) as port:
            return await ask(port, BIG)

    assert asyncio.run(go()) == b"5000000"


def test_many_connections_are_relayed_at_once() -> None:
    inside: list[asyncio.StreamWriter] = []

    async def wait_for_all(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inside.append(writer)
        if len(inside) == 100:
            for one in inside:
                one.write(b"all")
                one.close()

    async def go() -> list[bytes]:
        async with serving(wait_for_all) as service, relaying(always(service)) as port:
            return await asyncio.gather(*(ask(port) for _ in range(100)))

    assert asyncio.run(go()) == [b"all"] * 100


def test_relay_reads_no_more_than_is_taken_from_it() -> None:
    # What two pairs of sockets and the relay hold stays far below this.
    enough = 64 * 1024 * 1024
    ended = asyncio.Event()

    async def take_nothing(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await ended.wait()
        writer.close()

    async def go() -> int:
        async with serving(take_nothing) as service, relaying(always(service)) as port:
            loop, sent = asyncio.get_running_loop(), 0
            with socket.create_connection(("127.0.0.1", port)) as client:
                client.settimeout(0)
                with suppress(TimeoutError):
                    while sent < enough:
                        async with asyncio.timeout(1):
                            await loop.sock_sendall(client, b"x" * 65536)
                        sent += 65536
            ended.set()
            return sent

    assert asyncio.run(go()) < enough


def test_connections_beyond_the_limit_of_open_files_wait_for_their_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    def few(_limit: int) -> tuple[int, int]:
        return 70, 70

    monkeypatch.setattr(resource, "getrlimit", few)
    inside: list[int] = []

    async def count(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inside.append(1)
        together = len(inside)
        await reader.read()
        inside.pop()
        writer.write(str(together).encode())
        writer.close()

    async def go() -> list[bytes]:
        async with serving(count) as service, relaying(always(service)) as port:
            return await asyncio.gather(*(ask(port) for _ in range(20)))

    answers = asyncio.run(go())
    assert (len(answers), set(answers) <= {b"1", b"2"}) == (20, True)


async def no_engine(_service: str, _port: int) -> Sequence[tuple[str, int]]:
    raise WtcError("cannot reach the engine")


@pytest.mark.parametrize("addresses", [always(), always(unused()), no_engine])
def test_connection_is_reset_if_the_service_is_not_reached(addresses: Addresses) -> None:
    async def go() -> bytes:
        async with relaying(addresses) as port:
            return await listen_to(port)

    with pytest.raises(ConnectionResetError):
        asyncio.run(go())


def test_reset_of_the_service_is_passed_on() -> None:
    async def reset(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.close()

    async def go() -> bytes:
        async with serving(reset) as service, relaying(always(service)) as port:
            return await listen_to(port)

    with pytest.raises(ConnectionResetError):
        asyncio.run(go())


def test_next_address_is_tried_if_one_does_not_answer() -> None:
    async def go() -> bytes:
        async with serving(count_to_the_end) as service, relaying(always(unused(), service)) as port:
            return await ask(port, b"abc")

    assert asyncio.run(go()) == b"3"


def test_each_connection_goes_to_where_the_service_is_then() -> None:
    places: list[tuple[str, int]] = []

    async def now(service: str, port: int) -> Sequence[tuple[str, int]]:
        assert (service, port) == ("web", 80)
        return places

    async def go() -> list[bytes]:
        answers: list[bytes] = []
        async with relaying(now) as port:
            for data in (b"a", b"ab"):
                async with serving(count_to_the_end) as service:
                    places[:] = [service]
                    answers.append(await ask(port, data))
        return answers

    assert asyncio.run(go()) == [b"1", b"2"]


def test_connections_end_with_the_relay() -> None:
    async def stay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"here")
        await reader.read()
        writer.close()

    async def go() -> bytes:
        async with serving(stay) as service:
            async with relaying(always(service)) as port:
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                assert await reader.readexactly(4) == b"here"
            try:
                return await reader.read()
            finally:
                writer.close()

    assert asyncio.run(go()) == b""
