"""`up --foreground` after the stack is up: follow the output of its containers until all have ended."""

import time
from collections.abc import Collection, Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from wtc.dataclass import dataclass
from wtc.events import Reporter, warn
from wtc.model.namespace import Namespace
from wtc.orchestrator.context.open_engine import open_engine
from wtc.orchestrator.context.target import Target

if TYPE_CHECKING:
    from wtc.engine.client.connection import Engine
    from wtc.orchestrator.logs import StackLine


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachedStack:
    """A stack that is watched until the containers of `services` have ended."""

    engine: "Engine"
    namespace: Namespace
    services: Collection[str]
    since: str
    report: Reporter

    def lines(self) -> "Generator[list[StackLine]]":
        """Yield what the containers write from the start of this `up`, until all have ended.

        Raises:
            EngineUnreachableError: the engine no longer answers.
        """
        from wtc.engine.logs.follow import LogWindow, follow_logs
        from wtc.orchestrator.logs import StackLine

        reading = LogWindow(wanted=lambda service, _: service in self.services, since=self.since)
        for batch in follow_logs(self.engine, self.namespace, reading, warn=lambda text: warn(self.report, text)):
            yield [StackLine(source.service, source.number, line.time, line.text) for source, line in batch]

    def exit_status(self) -> int:
        """Return the exit status of the first container that failed, else 0."""
        from wtc.engine.observe.container_exits import container_exits

        ended = container_exits(self.engine, self.namespace, lambda service: service in self.services)
        return next((e.exit_code for e in ended if e.exit_code), 0)


@contextmanager
def attach_stack(
    target: Target, namespace: Namespace, *, services: Collection[str], begun_s: float, report: Reporter
) -> Generator[AttachedStack]:
    """Watch the services of a stack. `begun_s`: when `up` started, in seconds since 1970 by this machine's clock.

    Raises:
        EngineUnreachableError: no engine answers.
    """
    from wtc.engine.observe.container_exits import engine_clock_s

    with open_engine(target) as engine:
        # The engine's clock may differ from this machine's, and the API gives it in whole seconds.
        there = engine_clock_s(engine)
        ahead_s = there - int(time.time()) if there is not None else 0
        since = str(int(begun_s) + ahead_s)
        yield AttachedStack(engine=engine, namespace=namespace, services=services, since=since, report=report)
