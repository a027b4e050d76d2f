"""The engine that a command works with."""

from contextlib import contextmanager

from wtc.dataclass import replace
from wtc.errors import EngineUnreachableError
from wtc.static_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator

    from wtc.engine.client.connection import Engine
    from wtc.orchestrator.context.target import Target


@contextmanager
def open_engine(target: "Target") -> "Generator[Engine]":
    """Open the engine, and close it at the end of the block.

    Raises:
        EngineUnreachableError: no engine answers.
        UsageError: a setting of the user is not valid.
    """
    from wtc.engine.client.connection import connect
    from wtc.settings.settings import ENGINE_TIMEOUT, user_setting

    timeout_s = user_setting(target.environment, ENGINE_TIMEOUT)
    engine = connect(context=target.context, environment=target.environment, timeout_s=timeout_s)
    if target.parallel:
        engine = replace(engine, parallel=target.parallel)
    try:
        yield engine
    finally:
        engine.close()


def engine_host(target: "Target") -> str:
    """Return the host of published ports, judged by the engine's address alone; this machine if that is unclear."""
    from wtc.engine.client.endpoint import LOOPBACK, choose_endpoint

    try:
        return choose_endpoint(context=target.context, environment=target.environment).host
    except EngineUnreachableError:
        return LOOPBACK
