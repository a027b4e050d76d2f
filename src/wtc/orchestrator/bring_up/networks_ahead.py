"""Create the networks of a stack while its files are interpreted: the engine has nothing to do until then.

What they follow from is kept. While it is the same, the next `up` creates the same networks. The plan decides: what it
would create in another way is removed again, and so is everything if no plan is executed.
"""

from contextlib import suppress
from types import TracebackType

from wtc.errors import InterruptedByUserError, WtcError
from wtc.model.observed import Observed
from wtc.model.plan import CreateNetwork, Operation, RemoveNetwork
from wtc.static_typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from wtc.engine.client.connection import Engine
    from wtc.engine.operations import Call
    from wtc.engine.parallel import Ahead
    from wtc.model.desired import Desired
    from wtc.model.observed import EngineListing, SubnetPool
    from wtc.model.project import Project
    from wtc.orchestrator.context.context import Context
    from wtc.orchestrator.context.target import Located
    from wtc.orchestrator.context.user_state import UserState
    from wtc.orchestrator.kept.kept_results import KeptResult
    from wtc.settings.settings import Settings

_PURPOSE = "networks"
SETTLE_S = 3.0
"""How long the end of a failed command waits for networks that it has to remove again."""


class NetworksAhead:
    """The networks that are created before the plan is known, under the lock of the stack.

    Leave it to remove those that no plan has used. A network of a command that is killed is the stack's, as others are.
    """

    def __init__(self, context: "Context") -> None:
        self._context = context
        self._found: KeptResult | None = None
        self._pool: Ahead[SubnetPool | None] | None = None
        """The addresses to choose from, read once: later the routes of new networks are among those in use."""
        self._creating: Ahead[None] | None = None
        self._created: dict[str, CreateNetwork] = {}
        """Name -> how the network was created."""
        self._used: set[str] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._creating is None:
            return
        self._creating.wait(SETTLE_S)
        for name in self._created.keys() - self._used:
            self._remove(name)

    def begin(self, listing: "Ahead[EngineListing]") -> None:
        """Begin to create them in another thread, as soon as the engine's objects are listed."""
        from wtc.engine.parallel import Ahead

        found = self._found = self._context.kept.find(_PURPOSE)
        if found is not None:
            # Read here: while another thread reads a property of the context, the main thread waits, deaf to signals.
            located, state = self._context.located, self._context.state
            pool = self._pool = Ahead(lambda: _read_pool(self._context, listing.result(), state))
            self._creating = Ahead(lambda: self._create(listing, located, state, found, pool))

    def read_pool(self, engine: "Engine", settings: "Settings", observed: "Observed") -> "SubnetPool | None":
        """Return the addresses to choose subnets from: see `read_subnet_pool`."""
        from wtc.orchestrator.session.subnet_pool import read_subnet_pool

        return self._pool.result() if self._pool is not None else read_subnet_pool(engine, settings, observed)

    def use(self, desired: "Desired") -> None:
        """Leave the networks of the stack to the plan that is executed next."""
        self._used |= {network.name for network in desired.networks.values()}

    def perform(self, operation: Operation, call: "Call") -> None:
        """Execute one operation of the plan. Raises: WtcError."""
        if isinstance(operation, CreateNetwork) and self._creating is not None:
            self._creating.result()
            if self._has_created(operation):
                return
            if call.stop.is_set():
                # Perhaps it was not answered before the signal: it is not asked for again.
                raise InterruptedByUserError("interrupted")
        from wtc.engine.operations import perform_operation

        perform_operation(operation, call)

    def keep(self, desired: "Desired", project: "Project") -> None:
        """Keep which networks the stack has, if all of them have the default options: then no value is kept."""
        from wtc.model.project import Network
        from wtc.planner.desired.resolve import own_network
        from wtc.planner.subnets import most_containers
        from wtc.settings.settings import SUBNET_POOL

        context, networks = self._context, desired.networks.values()
        if any(n != own_network(Network(key=n.key, name=""), n.name, context.namespace) for n in networks):
            return
        state = context.state
        if state.settings_for(project).of(SUBNET_POOL) != state.settings.of(SUBNET_POOL):
            return
        value = {n.key: {"name": n.name, "containers": most_containers(n, desired)} for n in networks}
        if value and (self._found is None or self._found.value != value):
            context.kept.keep(context.namespace.name, context.located, _PURPOSE, value)

    def _create(
        self,
        listing: "Ahead[EngineListing]",
        located: "Located",
        state: "UserState",
        found: "KeptResult",
        pool: "Ahead[SubnetPool | None]",
    ) -> None:
        """Create what was kept, unless it exists or the namespace is not certain. The plan meets all errors again."""
        from wtc.engine.resource_calls import create_network

        with suppress(WtcError, KeyError, TypeError, ValueError, AttributeError):
            listed = listing.result()
            engine = self._context.engine  # open by now, so that this takes no time
            for operation in _operations(engine, listed, located, state, found, pool):
                create_network(engine, operation)
                self._created[operation.network.name] = operation

    def _has_created(self, operation: CreateNetwork) -> bool:
        """Return whether the network exists as the plan creates it; remove one that was created in another way."""
        created = self._created.get(operation.network.name)
        if created is not None and created != operation:
            self._remove(created.network.name)
        return created == operation

    def _remove(self, name: str) -> None:
        from wtc.engine.resource_calls import remove_network

        with suppress(WtcError):
            remove_network(self._context.engine, RemoveNetwork(name=name, id=""))


def _read_pool(context: "Context", listing: "EngineListing", state: "UserState") -> "SubnetPool | None":
    from wtc.orchestrator.session.subnet_pool import read_subnet_pool

    return read_subnet_pool(context.engine, state.settings, Observed(networks={n.name: n for n in listing.networks}))


def _operations(
    engine: "Engine",
    listing: "EngineListing",
    located: "Located",
    state: "UserState",
    found: "KeptResult",
    pool: "Ahead[SubnetPool | None]",
) -> list[CreateNetwork]:
    """Return how a plan creates the networks; nothing if one of them exists.

    Raises:
        WtcError: the stack cannot be identified, or no subnet is free.
        KeyError, TypeError, ValueError, AttributeError: `found` is not what was kept.
    """
    from wtc.model.project import Network
    from wtc.orchestrator.context.identify import identify
    from wtc.planner.desired.resolve import own_network
    from wtc.planner.subnets import subnets_for

    stack = identify(located, state, engine, listing=listing)
    here, namespace = stack.here, stack.namespace
    if namespace.name != found.namespace or stack.moved_from or stack.former or here.copied_id or here.copied_from:
        return []
    kept: dict[str, Any] = found.value
    networks = {key: own_network(Network(key=key, name=""), one["name"], namespace) for key, one in kept.items()}
    existing = {n.name: n for n in listing.networks}
    if existing.keys() & {network.name for network in networks.values()}:
        return []
    observed = Observed(networks=existing, subnet_pool=pool.result())
    return [
        CreateNetwork(network=network, subnets=subnets_for(network, kept[key]["containers"], namespace.name, observed))
        for key, network in networks.items()
    ]
