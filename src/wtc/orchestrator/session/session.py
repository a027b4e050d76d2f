"""The loop that `up` and `run` share: lease, resolve, observe, plan, execute, and again if a host port is taken."""

import threading
from collections.abc import Callable, Collection, Mapping

from wtc.dataclass import replace
from wtc.errors import NotFoundError, WtcError
from wtc.events import Note
from wtc.model.desired import Desired
from wtc.model.observed import RUNNING_STATES, Observed
from wtc.model.plan import CreateContainer, Plan, WaitContainer
from wtc.model.project import Project
from wtc.orchestrator.context.context import Context
from wtc.orchestrator.context.resolve import observe_desired
from wtc.orchestrator.host_ports.leases import StackPorts, lease_on_engine
from wtc.orchestrator.session.container_git import ContainerGit
from wtc.orchestrator.session.execute import execute
from wtc.orchestrator.session.failures import raise_failed
from wtc.orchestrator.session.subnet_pool import needs_subnets, read_subnet_pool
from wtc.planner.undo_networks import plan_undo_networks
from wtc.settings.settings import OVERSUBSCRIBE
from wtc.static_typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from wtc.engine.client.connection import Engine
    from wtc.engine.executor import Outcome, Perform
    from wtc.model.observed import SubnetPool
    from wtc.model.plan import PlanNode
    from wtc.settings.settings import Settings

ATTEMPTS = 8
"""How often other host ports are leased before the command gives up."""

T = TypeVar("T")


class RetryError(Exception):
    """The attempt has to be made again, without these host ports."""

    def __init__(self, ports: Collection[int] = ()) -> None:
        super().__init__(ports)
        self.ports = frozenset(ports)


class Session:
    """One stack while a command plans and executes. `project` is the selection before ports are known."""

    def __init__(
        self,
        context: Context,
        project: Project,
        stop: threading.Event,
        read_pool: "Callable[[Engine, Settings, Observed], SubnetPool | None]" = read_subnet_pool,
    ) -> None:
        self.context, self.project, self.stop = context, project, stop
        self._read_pool = read_pool
        self.git = ContainerGit(
            worktree=context.located.worktree,
            state=context.state,
            project=project,
            engine=context.engine,
            creates=not context.dry_run,
            real=context.located.reader.real_path,
        )
        self.plans: list[Plan] = []
        """The plans that were executed, or in a dry run would be."""
        self.is_retry = False
        self._busy: set[int] = set()
        self._subnet_pool: tuple[SubnetPool | None, ...] = ()
        """What was read, once."""

    @property
    def counts_memory(self) -> bool:
        """Whether the engine's machine must have memory for what starts; the first attempt checks it."""
        return not self.is_retry and not self.context.state.settings_for(self.project).of(OVERSUBSCRIBE).value

    def lease(self, *, scales: Mapping[str, int] | None = None, recreating: bool = False) -> StackPorts:
        """Lease the project's host ports.

        Raises:
            WtcError: the registry cannot be written, or no port is left.
        """
        return lease_on_engine(self.context, self.project, busy=self._busy, scales=scales, recreating=recreating)

    def lease_for_host_processes(self) -> None:
        """Lease the ports of `x-wtc.ports` alone.

        Raises:
            WtcError: the registry cannot be written, or no port is left.
        """
        from wtc.orchestrator.host_ports.host_processes import lease_for_host_processes

        lease_for_host_processes(self.context, self.project, busy=self._busy)

    def observe(self, desired: Desired) -> Observed:
        """Return the snapshot with everything that the stack names, and the addresses of networks to create.

        Raises:
            ComposeFileError: `x-wtc:` has a value that is not valid.
        """
        observed = observe_desired(self.context, desired)
        if not needs_subnets(desired, observed):
            return observed
        if not self._subnet_pool:
            settings = self.context.state.settings_for(self.project)
            self._subnet_pool = (self._read_pool(self.context.engine, settings, observed),)
        return replace(observed, subnet_pool=self._subnet_pool[0])

    def execute(
        self,
        plan: Plan,
        stop: threading.Event | None = None,
        perform: "Perform | None" = None,
    ) -> "Outcome":
        """Report the plan and execute it. The snapshot is of the time before: see `Context.forget_snapshot`."""
        context = self.context
        self.plans.append(plan)
        return execute(plan, context.engine, context.namespace.name, context.report, stop or self.stop, perform=perform)

    def raise_failed(self, outcome: "Outcome", desired: Desired) -> None:
        """Raise the error of an outcome with failures.

        Raises:
            RetryError: something that the stack needs has been removed meanwhile, as by a `clean` that was killed.
            WtcError: what failed, with the others as causes.
        """
        context, interrupted = self.context, self.stop.is_set()
        if outcome.failed and not self.is_retry and not interrupted and all(map(_is_missing_something, outcome.failed)):
            raise RetryError
        raise_failed(outcome, context.engine, context.namespace, interrupted=interrupted, services=desired.services)

    def retry_if_stopped(self, outcome: "Outcome", plan: Plan, observed: Observed) -> None:
        """Make the attempt again if a container that the plan left running was stopped meanwhile.

        The engine completes a stop for a `down` that was killed, and the container runs until then.

        Raises:
            RetryError: one was stopped, and this is the first attempt.
        """
        if outcome.stopped and not self.is_retry and not self.stop.is_set():
            operations = [node.operation for node in plan if not isinstance(node.operation, WaitContainer)]
            changed = {container.id for one in operations if (container := getattr(one, "container", None))}
            running = {c.id for c in observed.containers if c.state in RUNNING_STATES}
            if (running - changed) & outcome.stopped:
                raise RetryError

    def undo_networks(self, outcome: "Outcome") -> None:
        """Remove what was created for networks that could not all be created: they would take addresses for nothing."""
        if undo := plan_undo_networks(outcome.done, [node for node, _ in outcome.failed]):
            self.execute(undo, threading.Event())

    def execute_images(self, plan: Plan, desired: Desired) -> Observed:
        """Build and pull, and return a new snapshot.

        Raises:
            WtcError: an image is missing afterwards.
        """
        self.raise_failed(self.execute(plan), desired)
        self.context.forget_snapshot()
        return self.observe(desired)

    def retry_without(self, taken: Collection[int]) -> None:
        """Make the attempt again if other host ports can take the place of these.

        Raises:
            RetryError: they can.
        """
        if not self._busy.issuperset(taken):
            raise RetryError(taken)

    def repeat(self, attempt: Callable[[], T]) -> T:
        """Call `attempt` until it raises no RetryError. Each further attempt observes the engine again.

        Raises:
            WtcError: too many attempts found that their host ports are taken.
        """
        for _ in range(ATTEMPTS):
            try:
                return attempt()
            except RetryError as retry:
                self.is_retry = True
                self._busy |= retry.ports
                self.context.forget_snapshot()
                if retry.ports:
                    ports = ", ".join(map(str, sorted(retry.ports)))
                    self.context.report(Note(text=f"host port {ports} is taken: looking for another"))
        hint = "to see who has them, run `wtc ps -a`"
        raise WtcError(f"no free host port was found in {ATTEMPTS} tries", hints=[hint])


def _is_missing_something(failed: "tuple[PlanNode, WtcError]") -> bool:
    """Return whether a container was not created because its image, a network or a volume does not exist."""
    node, error = failed
    return isinstance(node.operation, CreateContainer) and isinstance(error, NotFoundError)
