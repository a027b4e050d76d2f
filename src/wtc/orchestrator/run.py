"""`run`: run a command in a new container of a service."""

import contextlib
import secrets
import threading

from wtc.dataclass import dataclass, field, replace
from wtc.errors import ConflictError, EngineError, InterruptedByUserError, PortTakenError, UsageError, WtcError
from wtc.events import Event, Reporter, Warned
from wtc.interruption import Abandoned
from wtc.model.desired import ContainerSpec, Desired
from wtc.model.diagnostic import Diagnostic
from wtc.model.observed import RUNNING_STATES, ContainerRef, Observed
from wtc.model.plan import Plan
from wtc.model.project import Project
from wtc.model.up_options import UpOptions
from wtc.orchestrator.bring_up.up_request import UpRequest
from wtc.orchestrator.context.context import Context
from wtc.orchestrator.context.error_positions import with_positions
from wtc.orchestrator.context.resolve import resolve_stack
from wtc.orchestrator.context.stack_lock import stack_lock
from wtc.orchestrator.context.target import Target
from wtc.orchestrator.context.user_state import command_line_settings
from wtc.orchestrator.session.adopt import claim_namespace
from wtc.orchestrator.session.memory_guard import MemoryRequest, reserve_memory
from wtc.orchestrator.session.session import RetryError, Session
from wtc.orchestrator.session.unsupported import report_unsupported
from wtc.orchestrator.up import bring_up
from wtc.planner.checks.conflicts import check_names, check_shared
from wtc.planner.checks.memory_budget import starting_spec
from wtc.planner.images.plan_images import check_images, plan_images
from wtc.planner.oneoff import OneoffOptions, oneoff_name, oneoff_spec, plan_oneoff, plan_waits, without_dependencies
from wtc.planner.volumes.copy_marker import check_unfinished
from wtc.static_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from wtc.engine.containers.terminal import Descriptors


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRequest:
    """What the user asks of `run`."""

    service: str
    oneoff: OneoffOptions = field(default_factory=OneoffOptions)
    local: "Descriptors"
    remove: bool = False
    """Remove the container when its command has ended."""
    detached: bool = False
    no_deps: bool = False
    build: bool = False
    pull: str = ""
    """A pull policy: `always`, `missing`, `never`."""
    remove_orphans: bool = False
    oversubscribe: bool = False
    """Start even if the engine's machine does not have enough memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunResult:
    """The result of `run`. `status`: the exit status of the command."""

    container: str
    status: int


def run(
    target: Target, request: RunRequest, report: Reporter, stop: threading.Event, on_started: "Callable[[], None]"
) -> RunResult:
    """Run the command, after the dependencies of the service are up. Nothing is reported after `on_started` is called.

    Raises:
        WtcError: the command did not start; `exit_status` is 125 to 127, as docker's would be.
    """
    given = command_line_settings(oversubscribe=request.oversubscribe)
    with Context(target, _WarnOnce(report), given=given) as context:
        context.use_labels_alone_if_needed()
        context.state.store.require()
        project = context.projects.read(services=(request.service,))
        service = project.services[request.service]
        if service.provider:
            raise UsageError(f"service `{service.name}` is provided by `{service.provider.type}`, and has no container")
        depends_on = tuple(name for name in service.depends_on if name in project.services)
        if depends_on and not request.no_deps:
            options = UpOptions(remove_orphans=request.remove_orphans)
            needs = UpRequest(services=depends_on, options=options, oversubscribe=request.oversubscribe)
            bring_up(context, needs, stop)
        report_unsupported(project, context, strict=False)
        with with_positions(lambda: project):
            return _Run(context, request, project, stop, on_started).execute()


class _WarnOnce:
    """Pass each warning on once, although the dependencies and the container are resolved separately."""

    def __init__(self, report: Reporter) -> None:
        self._report = report
        self._reported: list[Warned] = []

    def __call__(self, event: Event, /) -> None:
        if isinstance(event, Warned):
            if event in self._reported:
                return
            self._reported.append(event)
        self._report(event)


class _Run:
    def __init__(
        self,
        context: Context,
        request: RunRequest,
        project: Project,
        stop: threading.Event,
        on_started: "Callable[[], None]",
    ) -> None:
        self.context, self.request, self.stop, self.on_started = context, request, stop, on_started
        self.session = Session(context, project, stop)
        self.started = False
        self.held = contextlib.ExitStack()
        """The memory that is reserved until the container runs."""
        self.locked = contextlib.ExitStack()
        """The stack's lock, held until the container runs."""

    def execute(self) -> RunResult:
        with self.held:
            return self.session.repeat(self._attempt)

    def _attempt(self) -> RunResult:
        context = self.context
        # Until the container runs: another command removes one that never started.
        with self.locked:
            self.locked.enter_context(stack_lock(context.state, context.located.worktree))
            if not self.session.is_retry:
                context.forget_snapshot()
                claim_namespace(context, self.stop)
            return self._run(self._create())

    def _run(self, spec: ContainerSpec) -> RunResult:
        container = ContainerRef(name=spec.name)
        try:
            return RunResult(container=spec.name, status=self._start(container))
        except PortTakenError as error:
            self._discard(container, remove=True)
            if self._can_move(spec, error.ports):
                self.session.retry_without(error.ports)
            raise self._about_service(error) from error.__cause__
        except Abandoned:
            raise
        except BaseException as error:
            # Remove a container that never ran.
            self._discard(container, remove=self.request.remove or not self.started)
            if isinstance(error, EngineError) and not self.started:
                raise self._about_service(error) from error.__cause__
            raise

    def _about_service(self, error: EngineError) -> EngineError:
        """Return the error as one about the service of the file, unless it names what the user gave."""
        given = (*(self.request.oneoff.entrypoint or ()), *(self.request.oneoff.command or ()))
        if any(part in cause for part in given for cause in error.causes):
            return error
        service = self.request.service
        return error.replace(diagnostics=(Diagnostic(message=error.message, path=("services", service)),))

    def _create(self) -> ContainerSpec:
        """Create the container, and the networks, volumes and images that it needs. Raises: WtcError."""
        from wtc.engine.containers.oneoff import oneoff_perform

        session, context = self.session, self.context
        desired = self._resolve()
        service, options = self.request.service, UpOptions(build=self.request.build, pull=self.request.pull)
        slug = secrets.token_hex(4)
        name = self.request.oneoff.name or oneoff_name(context.namespace, service, slug)
        first = desired.services[service].containers[0]
        spec = oneoff_spec(first, self.request.oneoff, name=name, slug=slug)
        wanted = without_dependencies(desired, spec)
        observed = session.observe(wanted)
        self._check(spec, desired, wanted, observed)
        check_images(wanted, observed, options)
        if session.counts_memory:
            self.held.enter_context(reserve_memory(context.engine, context.state, self._memory_request(spec)))
        if not self.request.no_deps:
            session.raise_failed(session.execute(plan_waits(desired, service)), desired)
        if images := plan_images(wanted, observed, options):
            observed = session.execute_images(images, wanted)
        # Of this container: it may have another user, and more binds, than the service.
        wanted, _ = session.git.added(wanted, observed)
        session.git.report(context.report)
        spec = wanted.services[service].containers[0]
        perform = oneoff_perform(self.request.local, auto_remove=self.request.remove, detached=self.request.detached)
        try:
            session.raise_failed(session.execute(plan_oneoff(wanted, observed, spec), perform=perform), wanted)
        except BaseException as error:
            self._discard(ContainerRef(name=name), remove=True)
            if isinstance(error, WtcError) and session.git.is_refused(error):
                raise RetryError from error
            raise
        return spec

    def _check(self, spec: ContainerSpec, desired: Desired, wanted: Desired, observed: Observed) -> None:
        self._refuse_existing(spec, observed)
        check_names(wanted, observed)
        check_unfinished(wanted, observed)
        others = wanted.undeclared | (desired.services.keys() - wanted.services.keys())
        check_shared(replace(wanted, undeclared=others), observed, starting=True)

    def _memory_request(self, spec: ContainerSpec) -> MemoryRequest:
        return MemoryRequest(
            namespace=self.context.namespace,
            starting=(starting_spec(spec),),
            plan=Plan(),
            command="run",
            anyway="run `wtc run --oversubscribe ...`",
        )

    def _start(self, container: ContainerRef) -> int:
        from wtc.engine.containers.oneoff import run_attached, start_detached

        def started() -> None:
            self.started = True
            self.held.close()
            self.locked.close()
            self.on_started()

        if self.stop.is_set():
            raise InterruptedByUserError("interrupted")
        if self.request.detached:
            start_detached(self.context.engine, container)
            return 0
        terminal, remove = self.request.oneoff.terminal, self.request.remove
        return run_attached(
            self.context.engine,
            container,
            self.request.local,
            terminal=terminal,
            auto_remove=remove,
            on_started=started,
        )

    def _resolve(self) -> Desired:
        if self.request.oneoff.service_ports:
            self._refuse_twice(self.context.observed)
        service = self.request.service
        # At least one replica, as the pattern of the container: the file may scale the service to 0.
        return resolve_stack(self.context, ports=self.session.lease(), services=(service,), scales={service: 1})

    def _refuse_twice(self, observed: Observed) -> None:
        """Raise ConflictError if a container of the service already publishes the requested ports."""
        service = self.request.service
        holder = next(
            (c for c in observed.containers if c.service == service and c.ports and _is_running(c.state)), None
        )
        if holder is not None:
            raise ConflictError(
                f"the host ports of service `{service}` are taken by its container `{holder.name}`",
                hints=[
                    f"to free them, run `wtc stop {service}`",
                    "to run both, leave out `--service-ports`, or publish another port with `--publish`",
                ],
            )

    def _refuse_existing(self, spec: ContainerSpec, observed: Observed) -> None:
        """Raise ConflictError if a container of the stack already has the name that the user gave."""
        if any(c.name == spec.name for c in observed.containers):
            raise ConflictError(
                f"container `{spec.name}` already exists",
                hints=["to choose another name, run `wtc run --name NAME ...`"],
            )

    def _can_move(self, spec: ContainerSpec, ports: tuple[int, ...]) -> bool:
        """Return whether they are leases, which can move; what the user publishes is as the user says."""
        said = {number for port in self.request.oneoff.ports for number in port.published}
        return said.isdisjoint(ports) and bool(spec.config.ports)

    def _discard(self, container: ContainerRef, *, remove: bool) -> None:
        from wtc.engine.containers.oneoff import discard_oneoff

        discard_oneoff(self.context.engine, container, remove=remove)


def _is_running(state: str) -> bool:
    return state in RUNNING_STATES
