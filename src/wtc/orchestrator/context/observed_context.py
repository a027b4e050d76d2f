"""A worktree's stack as it is on the engine, for the commands that act on what is there."""

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wtc.errors import WtcError
from wtc.events import Reporter, warn
from wtc.model.namespace import Namespace
from wtc.model.observed import Observed, ObservedContainer
from wtc.orchestrator.context.identify import namespace_for
from wtc.orchestrator.context.open_engine import open_engine
from wtc.orchestrator.context.target import Located, Target, locate
from wtc.orchestrator.context.user_state import UserState, open_user_state

if TYPE_CHECKING:
    from wtc.engine.client.connection import Engine


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservedContext:
    """The stack while a command looks at it."""

    located: Located
    namespace: Namespace
    state: UserState
    engine: "Engine"
    observed: Observed

    def containers(self, services: Sequence[str] = ()) -> list[ObservedContainer]:
        """The containers of these services (of all, where none is named), one-off ones left out, by service and number.

        Raises:
            WtcError: the stack has no container of a service that was named.
        """
        own = [c for c in self.observed.containers if not c.oneoff]
        there = sorted({c.service for c in own})
        for service in services:
            if service not in there:
                have = f"the stack has {', '.join(f'`{name}`' for name in there)}" if there else "the stack is not up"
                raise WtcError(
                    f"service `{service}` has no container in this worktree",
                    causes=[have],
                    hints=["to bring it up, run `wtc up`"],
                )
        return [c for c in own if not services or c.service in services]

    def container(self, service: str, number: int = 1) -> ObservedContainer:
        """One replica of a service.

        Raises:
            WtcError: it is not there.
        """
        found = self.containers([service])
        for container in found:
            if container.number == number:
                return container
        numbers = ", ".join(str(c.number) for c in found)
        raise WtcError(f"service `{service}` has no replica {number}", causes=[f"its replicas are {numbers}"])


@contextmanager
def open_observed(
    target: Target, report: Reporter, *, given: Mapping[str, str] | None = None, create: bool = False
) -> Generator[ObservedContext]:
    """The worktree's stack, by label: the compose file is not read. `given`: settings, as `open_user_state` takes them.

    With `create`, for what creates objects or leases ports, the worktree gets an id where it has none.

    Raises:
        EngineUnreachableError: no engine answers.
    """
    from wtc.engine.observe.snapshot import list_engine, observe

    located = locate(target)
    state = open_user_state(target, report, given=given)
    with open_engine(target) as engine:
        listing = list_engine(engine)
        namespace = namespace_for(located, state, engine, report, listing=listing, create=create)
        yield ObservedContext(
            located=located,
            namespace=namespace,
            state=state,
            engine=engine,
            observed=observe(engine, namespace, listing=listing),
        )


def report_foreign(observed: Observed, report: Reporter) -> None:
    """Report what carries the stack's label and is left alone, because it is not proved to be the stack's."""
    for what, why in observed.left_alone.items():
        warn(report, f"{what} is left alone: {why}")
