"""`top`, `port`, `images` and `wait`: single questions about a stack's containers."""

import threading
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from queue import SimpleQueue
from typing import TYPE_CHECKING

from wtc.errors import NotFoundError, WtcError
from wtc.events import Reporter
from wtc.model.lease import Endpoint
from wtc.model.namespace import Namespace
from wtc.model.observed import ObservedContainer
from wtc.orchestrator.looking import open_stack
from wtc.orchestrator.named import refuse_unknown
from wtc.orchestrator.target import Target

if TYPE_CHECKING:
    from wtc.engine.connection import Engine
    from wtc.engine.looks import ImageFacts, ProcessTable


@dataclass(frozen=True, slots=True, kw_only=True)
class Processes:
    """A running container and what runs in it."""

    container: ObservedContainer
    table: "ProcessTable"


@dataclass(frozen=True, slots=True, kw_only=True)
class UsedImage:
    """A container and its image; None where the image is gone."""

    container: ObservedContainer
    image: "ImageFacts | None"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How a container ended."""

    container: ObservedContainer
    status: int


def top(target: Target, services: Sequence[str], report: Reporter) -> tuple[Namespace, tuple[Processes, ...]]:
    """The processes of the running containers of these services, of all where none is named.

    Raises:
        UsageError: neither the engine nor the file has a service that was named.
    """
    from wtc.engine.looks import processes

    with open_stack(target, report) as stack:
        refuse_unknown(services, stack.located, stack.observed)
        there = [c for c in stack.containers() if not services or c.service in services]
        tables = [(c, processes(stack.engine, c.id)) for c in there if c.state in {"running", "paused"}]
    return stack.namespace, tuple(Processes(container=c, table=table) for c, table in tables if table is not None)


def port(
    target: Target, service: str, private: int, report: Reporter, *, protocol: str, number: int
) -> tuple[Namespace, Endpoint]:
    """Where a container's port answers.

    Raises:
        WtcError: it has no such port, does not run, or is not there.
    """
    from wtc.engine.looks import bound_ports

    with open_stack(target, report) as stack:
        refuse_unknown([service], stack.located, stack.observed)
        container = stack.container(service, number)
        bound = bound_ports(stack.engine, container.id)
    for one in bound:
        if (one.target, one.protocol) == (private, protocol) and one.port:
            return stack.namespace, Endpoint(
                service=service,
                number=container.number,
                target=private,
                protocol=protocol,
                host=one.host_ip,
                port=one.port,
            )
    if container.state != "running":
        raise WtcError(
            f"service `{service}` does not run, so that no port of it answers",
            hints=[f"to start it, run `wtc start {service}`"],
        )
    published = ", ".join(dict.fromkeys(f"`{p.target}/{p.protocol}`" for p in bound if p.port))
    raise WtcError(
        f"service `{service}` does not publish `{private}/{protocol}`",
        causes=[f"it publishes {published}" if published else "it publishes no port"],
    )


def images(target: Target, services: Sequence[str], report: Reporter) -> tuple[Namespace, tuple[UsedImage, ...]]:
    """The images that the containers of these services were made from.

    Raises:
        UsageError: neither the engine nor the file has a service that was named.
    """
    with open_stack(target, report) as stack:
        refuse_unknown(services, stack.located, stack.observed)
        there = [c for c in stack.containers() if not services or c.service in services]
        facts: dict[tuple[str, str], ImageFacts | None] = {}
        for container in there:
            key = (container.image_id, container.image)
            if key not in facts:
                facts[key] = _facts(stack.engine, *key)
    return stack.namespace, tuple(UsedImage(container=c, image=facts[c.image_id, c.image]) for c in there)


@contextmanager
def wait(target: Target, services: Sequence[str], report: Reporter) -> Generator[tuple[Namespace, Generator[Ending]]]:
    """The containers of these services, each once it has ended; what has ended already comes at once.

    Raises:
        UsageError: neither the engine nor the file has a service that was named.
        WtcError: one has no container.
    """
    from wtc.engine.looks import exit_status

    with open_stack(target, report) as stack:
        refuse_unknown(services, stack.located, stack.observed)
        there = stack.containers(services)
        ended: SimpleQueue[Ending | WtcError] = SimpleQueue()

        def look(container: ObservedContainer) -> None:
            try:
                ended.put(Ending(container=container, status=exit_status(stack.engine, container.id)))
            except WtcError as error:
                ended.put(error)

        for container in there:
            # Daemons: nothing but the end of the program breaks off a wait.
            threading.Thread(target=look, args=(container,), name=container.service, daemon=True).start()

        def endings() -> Generator[Ending]:
            for _ in there:
                found = ended.get()
                if isinstance(found, WtcError):
                    raise found
                yield found

        yield stack.namespace, endings()


def _facts(engine: "Engine", image: str, reference: str) -> "ImageFacts | None":
    from wtc.engine.looks import image_facts

    try:
        return image_facts(engine, image, reference)
    except NotFoundError:
        return None
