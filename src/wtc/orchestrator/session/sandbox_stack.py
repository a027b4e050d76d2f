"""`sandbox --stack`: make the services reachable for the command, and set its variables."""

import itertools
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager, suppress

from wtc.dataclass import dataclass
from wtc.errors import WtcError
from wtc.events import Note, Reporter
from wtc.orchestrator.context.context import Context
from wtc.orchestrator.context.target import Target
from wtc.ports.requests import port_requests
from wtc.ports.variables import inside_variables
from wtc.sandbox.stack import Stack, StackService
from wtc.static_typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from wtc.engine.observe.container_addresses import ContainerAddresses

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class StackAccess:
    """A stack as a sandbox reaches it."""

    stack: Stack
    variables: Mapping[str, str]
    """The stack's variables, with service names and container ports."""


@contextmanager
def stack_access(target: Target, report: Reporter) -> Generator[StackAccess]:
    """Open the worktree's stack, and report the ports that cannot be reached from this machine.

    Raises:
        WtcError: the stack is not up, or the compose file or the engine cannot be used.
    """
    from wtc.engine.observe.container_addresses import container_addresses

    with Context(target, report) as context:
        namespace, engine = context.namespace, context.engine
        found = container_addresses(engine, namespace)
        if not any(container.running for container in found):
            raise WtcError("the stack of this worktree is not up", hints=["to bring it up, run `wtc up`"])
        if unreachable := list(unreachable_ports(found)):
            why = "neither published nor on a bridge of this machine"
            report(Note(text=f"out of reach, because {why}: {', '.join(unreachable)}"))
        project = context.projects.read(name=context.namespace.name, env_files=False)
        turns = itertools.count()

        async def addresses(service: str, port: int) -> Sequence[tuple[str, int]]:
            containers = await _in_daemon_thread(lambda: container_addresses(engine, namespace, service=service))
            return replica_addresses(containers, port, turn=next(turns))

        yield StackAccess(
            stack=Stack(services=stack_services(found), addresses=addresses),
            variables=inside_variables(namespace, port_requests(project, {})),
        )


def stack_services(containers: Iterable["ContainerAddresses"]) -> tuple[StackService, ...]:
    """Return the services of containers, with the names and ports of all their replicas. Pure."""
    return tuple(
        StackService(
            name=service,
            aliases=tuple(dict.fromkeys(alias for c in replicas for alias in c.aliases if alias != service)),
            ports=tuple(sorted({port for c in replicas for port in c.ports})),
        )
        for service, replicas in _by_service(containers)
    )


def unreachable_ports(containers: Iterable["ContainerAddresses"]) -> Iterable[str]:
    """Return the ports of running services that this machine does not reach, as they appear in a message. Pure."""
    for service, replicas in _by_service(c for c in containers if c.running):
        for port in sorted({port for c in replicas for port in c.ports}):
            if not any(c.reached_at(port) for c in replicas):
                yield f"`{service}:{port}`"


def replica_addresses(
    containers: Sequence["ContainerAddresses"], port: int, *, turn: int
) -> tuple[tuple[str, int], ...]:
    """Return the addresses of the replicas of a service; each turn starts with the next one. Pure."""
    running = [c for c in containers if c.running]
    first = turn % len(running) if running else 0
    return tuple(address for c in (*running[first:], *running[:first]) for address in c.reached_at(port))


def _by_service(containers: Iterable["ContainerAddresses"]) -> Iterable[tuple[str, list["ContainerAddresses"]]]:
    """Group containers, which are sorted, by service."""
    return ((service, list(group)) for service, group in itertools.groupby(containers, key=lambda c: c.service))


async def _in_daemon_thread(call: Callable[[], T]) -> T:
    """Return the result of a call; a call that never returns does not keep the program alive."""
    import asyncio
    import threading

    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def settle(setter: Callable[[Any], None], value: object) -> None:
        if not future.done():
            setter(value)

    def run() -> None:
        try:
            setter, value = future.set_result, call()
        except Exception as error:  # noqa: BLE001 - raised where the result is awaited
            setter, value = future.set_exception, error
        with suppress(RuntimeError):  # the loop is closed
            loop.call_soon_threadsafe(settle, setter, value)

    threading.Thread(target=run, name="addresses", daemon=True).start()
    return await future
