"""Signals for a command in a sandbox."""

import asyncio
import os
import signal
from typing import TYPE_CHECKING, cast

from wtc.orchestrator.sandbox import _SignalForwarder

if TYPE_CHECKING:
    from wtc.sandbox.runner import SandboxedProcess


class Recorder:
    """A command that records its signals."""

    sandboxed = True

    def __init__(self) -> None:
        self.received: list[int] = []

    def send_signal(self, number: int) -> None:
        self.received.append(number)


async def forwarded(*, early: int, late: int) -> list[int]:
    """Return what a command receives if wtc gets one signal before, and one after it is known."""
    command, forwarder = Recorder(), _SignalForwarder()
    os.kill(os.getpid(), early)
    while not forwarder.has_kept:
        await asyncio.sleep(0)
    forwarder.attach(cast("SandboxedProcess", command))
    os.kill(os.getpid(), late)
    while len(command.received) < 2:
        await asyncio.sleep(0)
    return command.received


def test_signal_that_arrives_before_the_command_is_known_reaches_it() -> None:
    received = asyncio.run(forwarded(early=signal.SIGTERM, late=signal.SIGUSR1))
    assert received == [signal.SIGTERM, signal.SIGUSR1]
